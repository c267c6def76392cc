// The checker is itself checked: a sound shop is found sound, and each fault planted in it is found, by its promise.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Result } from "../results.ts";
import { checkAtRest } from "./check-at-rest.ts";
import { checkDuring } from "./check-during.ts";
import { type CheckerShop, openCheckerShop } from "./checker-shop.ts";
import { databaseOf } from "./settings.ts";

let shop: CheckerShop;

beforeAll(async () => {
  shop = await openCheckerShop();
}, 120_000);

afterAll(() => shop.close(), 60_000);

describe("the checker", () => {
  test("finds nothing in a sound shop, whatever of its answers got lost on the way", async () => {
    await shop.buy(0, "answered", true);
    await shop.buy(1, "unknown", true);
    await shop.buy(1, "answered", false);
    shop.note({ read: "its order", found: true });
    shop.note({
      sent: crypto.randomUUID(),
      email: "buyer1@headroom.local",
      body: { lines: [{ sku: "nothing", quantity: 1 }] },
    });
    const found = await checkAtRest(shop.env, shop.journal);
    expect(broken(found)).toEqual([]);
    expect(found.length).toBeGreaterThan(30);
    expect(found[0]).toMatchObject({ name: "orders in the clients' journal", value: 3 });
    expect(broken(await duringOneLook())).toEqual([]);
  }, 120_000);

  test.each([
    {
      fault: "a lost order, which its key would bring back",
      plant: async () => {
        const id = await shop.buy(0, "answered", false);
        await shop.sql`delete from orders.orders where id = ${id}`;
      },
      breaks: ["every order answered 201 is there once, with its total", "every order answered 201 has its lines"],
    },
    {
      fault: "an order with another line than was answered",
      plant: async () => {
        const id = await shop.buy(0, "answered", false);
        await shop.sql`update orders.orders set lines = jsonb_set(lines, '{0,quantity}', '1') where id = ${id}`;
        await shop.sql`update inventory.reservations set quantities = '{1}' where order_id = ${id}`;
        await shop.sql`update inventory.stock set reserved = reserved - 1 where sku = (select skus[1] from inventory.reservations where order_id = ${id})`;
      },
      breaks: [
        "every key sent again is the same order",
        "every order answered 201 has its lines",
        "every order costs what its lines say",
      ],
    },
    {
      fault: "two orders of one key",
      plant: async () => {
        const id = await shop.buy(0, "answered", false);
        const twin = crypto.randomUUID();
        await shop.sql`
          insert into orders.orders
          select (jsonb_populate_record(o, jsonb_build_object('id', ${twin}::uuid))).* from orders.orders o where id = ${id}`;
        await shop.sql`
          insert into inventory.reservations
          select (jsonb_populate_record(r, jsonb_build_object('order_id', ${twin}::uuid))).* from inventory.reservations r where order_id = ${id}`;
        await shop.sql`update inventory.stock set reserved = reserved + 2 where sku = (select skus[1] from inventory.reservations where order_id = ${id})`;
      },
      breaks: ["every order is of one key, and no key has two"],
    },
    {
      fault: "a receipt that came twice",
      plant: async () => {
        const id = await shop.buy(0, "answered", true);
        const to = "buyer1@headroom.local";
        await post(`${shop.env.MAILBOX_URL}/messages`, {
          kind: "receipt",
          to,
          from: to,
          subject: "Again",
          text: `/orders/${id}`,
          html: "",
        });
      },
      breaks: ["every paid order has one receipt in the mailbox"],
    },
    {
      fault: "an order that the provider captured twice",
      plant: async () => {
        const id = await shop.buy(0, "answered", true);
        const paymentId = crypto.randomUUID();
        const [row] = await shop.sql<{ amount: number }[]>`
          insert into payments.payments (user_id, id, order_id, provider, method, body_hash, amount, currency, status)
          select user_id, ${paymentId}, order_id, provider, method, body_hash, amount, currency, 'failed'
            from payments.payments where order_id = ${id} returning amount::int`;
        const amount = { amount: row?.amount, currency: "USD" };
        const webhookUrl = `${shop.env.MAILBOX_URL}/nowhere`;
        await post(`${shop.env.SANDBOX_URL}/charges`, { paymentId, amount, paymentMethod: "pm_ok", webhookUrl });
      },
      breaks: ["the provider captured no order twice", "the provider's captures are in the books"],
    },
    {
      fault: "a buyer who does not find an own order",
      plant: async () => shop.note({ read: "its order", found: false }),
      breaks: ["every buyer finds an own order at once"],
    },
    {
      fault: "an entry of the ledger with one leg",
      plant: async () => {
        const id = await shop.buy(0, "answered", true);
        await shop.sql`
          insert into payments.ledger (user_id, entry_id, account, amount, currency, payment_id)
          select user_id, uuidv7(), 'sales', 5, currency, id from payments.payments where order_id = ${id}`;
      },
      breaks: ["every ledger entry sums to zero", "the ledger sums to zero in each currency"],
    },
    {
      fault: "stock that was sold twice over",
      plant: async () => {
        await shop.admin`alter table inventory.stock drop constraint stock_never_oversold`;
        await shop.sql`update inventory.stock set reserved = on_hand + 1 where sku = (select min(sku) from inventory.stock)`;
      },
      breaks: ["no stock is oversold", "reserved is the sum of held reservations"],
    },
  ])(
    "finds $fault",
    async ({ plant, breaks }) => {
      // What an earlier test planted stays: this one is what is broken now and was not before.
      const before = new Map((await look()).map(({ name, value }) => [name, value]));
      await plant();
      const worse = (await look()).filter(
        ({ name, value, unit }) => unit === "violations" && value > (before.get(name) ?? 0),
      );
      expect(worse.map(({ name }) => name).sort()).toEqual([...breaks].sort());
    },
    60_000,
  );

  test("finds what is oversold and out of balance while the load goes on", async () => {
    const found = broken(await duringOneLook());
    expect(found).toContain("during: no stock is oversold");
    expect(found).toContain("during: every ledger entry sums to zero");
  });

  test("says that it needs one database where services have their own", () => {
    const env = { DATABASE_URL: "postgres://one", ORDERS_DATABASE_URL: "postgres://another" };
    expect(() => databaseOf(env)).toThrow(/ORDERS_DATABASE_URL/);
  });
});

/** Without waiting for rest: what was bought has had its effects. */
function look(): Promise<Result[]> {
  return checkAtRest(shop.env, shop.journal, 0);
}

function duringOneLook(): Promise<Result[]> {
  return checkDuring({ ...shop.env, DATABASE_REPLICA_URLS: "" }, AbortSignal.abort());
}

function broken(found: readonly Result[]): string[] {
  return found.filter(({ pass }) => !pass).map(({ name }) => name);
}

async function post(url: string, body: object): Promise<void> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
}
