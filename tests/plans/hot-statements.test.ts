import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Glob } from "bun";
import { seed } from "../../db/seed.ts";
import type { Handle } from "../../src/platform/database.ts";
import { overdueOrders } from "../../src/services/orders/queries.ts";
import { databaseDeps } from "../support/database-deps.ts";
import { exceptions } from "./exceptions.ts";
import { fill } from "./fill.ts";
import { countSeen, countStatements } from "./function-statements.ts";
import { type Judge, openJudge } from "./judge.ts";
import { runStatements } from "./run-statements.ts";
import { makeWatchedDatabase, openWatched, type Plan, type WatchedDatabase } from "./watched-database.ts";

/** How full a shop is when its statements are planned: its plans hold until PostgreSQL looks at the tables again. */
const states: Record<string, (database: WatchedDatabase) => Promise<void>> = {
  "just migrated": async () => undefined,
  "just seeded": ({ url }) => seed(databaseDeps(url, []).config),
  "of its first days": ({ admin }) => fill(admin, 0.02),
  "after years": ({ admin }) => fill(admin, 1),
};

interface Ran {
  readonly database: WatchedDatabase;
  readonly judge: Judge;
  readonly plans: ReadonlyMap<string, readonly Plan[]>;
}

const shops = new Map<string, Ran>();

beforeAll(async () => {
  for (const [state, prepare] of Object.entries(states)) {
    const database = await makeWatchedDatabase();
    await prepare(database);
    shops.set(state, { database, judge: await openJudge(database.admin), plans: await runStatements(database) });
  }
}, 120_000);

afterAll(async () => {
  for (const { database } of shops.values()) await database.close();
}, 30_000);

function ranIn(state: string): Ran {
  const ran = shops.get(state);
  if (!ran) throw new Error(`${state}: no shop`);
  return ran;
}

function faultsIn(state: string): [statement: string, fault: string][] {
  const { plans, judge } = ranIn(state);
  return [...plans].flatMap(([statement, of]) =>
    [...new Set(of.flatMap(judge))].map((fault): [string, string] => [statement, fault]),
  );
}

function isExcepted([statement, fault]: [string, string]): boolean {
  return exceptions.some(({ statements, faults }) => statements.includes(statement) && faults.includes(fault));
}

describe("every statement", () => {
  test.each(Object.keys(states))("reads by an index, few rows and one partition in a shop %s", (state) => {
    expect(faultsIn(state).filter((found) => !isExcepted(found))).toEqual([]);
  });

  test.each(Object.keys(states))("that stands in a SQL function was run in a shop %s", async (state) => {
    const { database, plans } = ranIn(state);
    const seen = countSeen([...plans.values()].flat());
    // Beside them, functions of values alone and triggers.
    expect(seen).toMatchObject(await countStatements(database.admin));
  });

  test("stands in a file whose functions are all run here", async () => {
    const root = join(import.meta.dirname, "../..");
    const paths = [...new Glob("src/**/*.ts").scanSync({ cwd: root })].filter((path) => !path.endsWith(".test.ts"));
    const found = [];
    for (const path of paths)
      if (
        /`\s*(select|insert into|update|delete from|with|call)\s|\.prepare\("/i.test(
          await Bun.file(join(root, path)).text(),
        )
      )
        found.push(path);
    expect(found.toSorted()).toEqual([...filesRun, ...filesWithoutTables].toSorted());
  });

  test("that is excepted needs its exception", () => {
    const faults = Object.keys(states).flatMap(faultsIn);
    const excepted = exceptions.flatMap(({ statements, faults: of }) =>
      statements.flatMap((statement) => of.map((fault) => `${statement} ${fault}`)),
    );
    const needed = new Set(faults.map(([statement, fault]) => `${statement} ${fault}`));
    expect(excepted.filter((one) => !needed.has(one))).toEqual([]);
  });
});

const servicesRun = ["identity", "catalog", "inventory", "orders", "payments", "notifications", "analytics"];
const roomsRun = [
  ...servicesRun,
  ...["administration", "api-keys", "audit-log"].map((room) => `identity/${room}`),
  ...["orders/coupons", "notifications/webhooks"],
];
const filesRun = [
  ...roomsRun.flatMap((room) => ["queries", "store"].map((file) => `src/services/${room}/${file}.ts`)),
  ...["list-statements", "search-statements", "store-hints"].map((file) => `src/services/catalog/${file}.ts`),
  "src/services/identity/passwords/store.ts",
  "src/services/orders/account-store.ts",
  "src/services/payments/refunds/queries.ts",
  ...["bury", "cursor", "dead", "erased", "figures", "inbox", "outbox", "partitions", "told"].map(
    (file) => `src/platform/events/${file}.ts`,
  ),
];
/** They ask the server how it is. */
const filesWithoutTables = [
  ...["poll", "position", "read"].map((file) => `src/platform/consistency/${file}.ts`),
  "src/operations/health.ts",
];

describe("the judge", () => {
  test("refuses a statement whose index is gone", async () => {
    expect(
      await faultsOf(
        async (db) => void (await overdueOrders(db, 10)),
        "drop index orders.orders_pending, orders.orders_by_status",
      ),
    ).toEqual([
      "reads all of orders.orders",
      "reads several partitions of orders.orders",
      "reads many rows of orders.orders",
    ]);
  });

  test("refuses a look-up that names no user", async () => {
    const byId = async ({ sql }: Handle) =>
      void (await sql`select status from orders.orders where id = ${crypto.randomUUID()}`);
    expect(await faultsOf(byId)).toEqual(["reads several partitions of orders.orders"]);
  });

  test("refuses a join that reads the whole table for one row", async () => {
    const join = async ({ sql }: Handle) =>
      void (await sql`
        select o.status from orders.orders o full join unnest(${`{${crypto.randomUUID()}}`}::uuid[]) k(id) using (id)`);
    expect(await faultsOf(join)).toContain("reads all of orders.orders");
  });

  /** Of what a statement does in a shop after years, with the change before it, which is undone. */
  async function faultsOf(run: (db: Handle) => Promise<void>, change?: string): Promise<string[]> {
    const { database, judge } = ranIn("after years");
    const db = openWatched(database.url);
    const undo = new Error("undo");
    await db.sql
      .begin(async (tx) => {
        if (change) await tx.unsafe(change);
        db.takePlans();
        await run({ ...db, sql: tx as unknown as Handle["sql"] });
        throw undo;
      })
      .catch((error) => {
        if (error !== undo) throw error;
      });
    await db.close();
    return db.takePlans().flatMap(judge);
  }
});
