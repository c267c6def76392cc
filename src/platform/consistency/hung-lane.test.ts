import { afterAll, beforeAll, expect, test } from "bun:test";
import { databaseDeps, requestScope } from "../../../tests/support/database-deps.ts";
import { openShop } from "../../../tests/support/shop.ts";
import { openDatabases } from "../database.ts";
import { read } from "./read.ts";
import { databaseHealth, replicaHealth } from "./replicas.ts";

/** A replica that takes connections and never answers. */
let opened = 0;
let hung: Bun.TCPSocketListener;
beforeAll(() => {
  hung = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { open: () => void opened++, data: () => undefined },
  });
});
afterAll(() => hung.stop(true));

/** Three reads of one request, whose replica other requests say is well. Answers how many connections it was offered. */
async function connectionsOfThreeReads(perRequest: boolean): Promise<number> {
  const { env } = await openShop();
  const alone = databaseDeps(env.DATABASE_URL ?? "", [`postgres://u:p@127.0.0.1:${hung.port}/headroom`]);
  const deps = { ...alone, databases: openDatabases(alone.config, { primary: 1, replicaLanes: 1, perRequest }) };
  const database = deps.databases.of("orders");
  const position = { timeline: 1, lsn: 1n };
  const health = databaseHealth(deps.instance, database);
  const now = Date.now();
  Object.assign(health, { samples: [{ at: now, position }], pollStartedAt: now + 60_000, polledAt: now + 60_000 });
  for (const replica of database.replicas)
    Object.assign(replicaHealth(health, replica), { position, answeredAt: now + 60_000 });
  const before = opened;
  const scope = requestScope(deps, "eventual");
  for (let time = 0; time < 3; time++)
    expect(await read(scope, "orders", ({ sql }) => sql`select 1 as one`)).toMatchObject([{ one: 1 }]);
  await deps.databases.close();
  return opened - before;
}

test("a request with connections of its own opens no other to a replica that hangs: it has two in all", async () => {
  expect(await connectionsOfThreeReads(true)).toBe(1);
});

test("an instance that keeps its connections tries another, since the next request may fare better", async () => {
  expect(await connectionsOfThreeReads(false)).toBe(3);
});
