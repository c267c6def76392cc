import { afterAll, expect, test } from "bun:test";
import postgres from "postgres";
import { eventually, newProduct, newUser, placeOrder } from "../../tests/support/client.ts";
import { openShop } from "../../tests/support/shop.ts";
import { watchStatements } from "./order-statements.ts";

const admin = postgres((await openShop()).env.PRIMARY_ADMIN_URL ?? "", { max: 1, onnotice: () => undefined });
afterAll(() => admin.end());

test("a watch sees the orders that are placed, the calls that place them, and every statement", async () => {
  const [{ token }, [sku = ""]] = await Promise.all([newUser(), newProduct(10)]);
  const watching = watchStatements({ admin });
  const from = Date.now();
  await Bun.sleep(600);
  for (let nth = 0; nth < 5; nth++) expect((await placeOrder(token, [[sku, 1]])).status).toBe(201);
  // Connections report what they did within a second, idle ones within ten.
  const seen = await eventually(async () => {
    const so = watching.between(from, Date.now());
    return so.orders >= 5 && so.calls >= 5 && so;
  }, 20_000);
  await watching.stop();
  // Reserved by one statement each, at least, and placed by another; other tests' orders may be reported late.
  expect(seen.calls).toBeLessThanOrEqual(seen.orders);
  expect(seen.all).toBeGreaterThanOrEqual(2 * seen.calls);
}, 40_000);
