import { afterEach, describe, expect, test } from "bun:test";
import { openShop } from "../support/shop.ts";
import { balancerIsMissing, type Fleet, startFleet } from "./fleet-behind-balancer.ts";
import { startOrders } from "./order-stream.ts";

/** After /readyz says 200, until the balancer has asked. */
const inRotationMs = 600;

let fleet: Fleet | undefined;
afterEach(async () => {
  await fleet?.close();
  fleet = undefined;
});

describe.skipIf(balancerIsMissing())(
  "all three instances are restarted while buyers order over kept connections and never try again",
  () => {
    test("no order meets an error, and each that was answered exists", async () => {
      const { placed, errors } = await restartAll("src/bun.ts");
      expect(errors).toEqual([]);
      expect(placed.length).toBeGreaterThan(100);
      const { sql } = await openShop();
      const [row] = await sql`select count(*)::int as count from checks.orders where id in ${sql(placed)}`;
      expect(row).toEqual({ count: placed.length });
    }, 60_000);

    test("buyers do see errors where instances end on SIGTERM without draining (control)", async () => {
      const { errors } = await restartAll("tests/deploy/server-without-drain.ts");
      expect(errors.length).toBeGreaterThan(0);
    }, 60_000);
  },
);

async function restartAll(entry: string) {
  fleet = await startFleet(3, entry);
  const orders = await startOrders(fleet.url);
  await Bun.sleep(inRotationMs);
  for (const instance of fleet.instances) {
    await instance.drain();
    await instance.start();
    await Bun.sleep(inRotationMs);
  }
  await orders.stop();
  return orders;
}
