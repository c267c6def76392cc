import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { ClientGone } from "../../src/platform/client-gone.ts";
import { currentPosition } from "../../src/platform/consistency/position.ts";
import { read } from "../../src/platform/consistency/read.ts";
import { forcesPrimary } from "../../src/platform/consistency/requested.ts";
import { formatTokens, parseTokens } from "../../src/platform/consistency/tokens.ts";
import { type Handle, isOutage } from "../../src/platform/database.ts";
import type { Deps } from "../../src/platform/deps.ts";
import { databaseOf, type ReadConsistency } from "../../src/platform/scope.ts";
import { databaseDeps, requestScope } from "../support/database-deps.ts";
import { type DatabasePair, startDatabasePair, until } from "../support/database-pair.ts";

let pair: DatabasePair;
let deps: Deps;
let key = 0;

beforeAll(async () => {
  pair = await startDatabasePair();
  await pair.primary`create table things (key int primary key, value text not null)`;
  await pair.primary`grant all on things to headroom`;
}, 30_000);
afterAll(() => pair.close(), 30_000);

beforeEach(async () => {
  key++;
  deps = databaseDeps(pair.urls.primary, [pair.urls.standby], { REPLICA_LAG_MAX_MS: "2000" });
  await pair.primary`insert into things values (${key}, 'old')`;
  await pair.catchUp();
});
afterEach(() => deps.databases.close());

/** Writes through the application's own pool and answers the token of it. */
async function write(value: string): Promise<string> {
  const database = databaseOf(requestScope(deps), "catalog");
  await database.primary().sql`update things set value = ${value} where key = ${key}`;
  return formatTokens([[database.name, await currentPosition(deps, database)]]);
}

async function see(consistency?: ReadConsistency, ...tokens: string[]) {
  const scope = requestScope(deps, consistency, ...tokens);
  const began = performance.now();
  const value = await read(scope, "catalog", valueOn);
  return { value, by: scope.servedBy, ms: performance.now() - began };
}

async function valueOn({ sql }: Handle): Promise<string> {
  const [row] = await sql<{ value: string }[]>`select value from things where key = ${key}`;
  return row?.value ?? "nothing";
}

describe("While the standby lags", () => {
  test("a session sees its own write, an eventual read may not", async () => {
    expect(await see("session")).toMatchObject({ value: "old", by: "replica-1" });
    await pair.pauseReplay();
    const token = await write("new");
    const [control] = await pair.standby`select value from things where key = ${key}`;
    expect(control?.value).toBe("old");
    expect(await see("session", token)).toMatchObject({ value: "new", by: "primary" });
    expect(await see("strong")).toMatchObject({ value: "new", by: "primary" });
    expect(await see("eventual")).toMatchObject({ value: "old", by: "replica-1" });
    expect(await see("eventual", token)).toMatchObject({ value: "old", by: "replica-1" });
    await pair.catchUp();
    expect(await see("session", token)).toMatchObject({ value: "new", by: "replica-1" });
  });

  test("an older token is still answered by the replica", async () => {
    const older = await write("older");
    await pair.catchUp();
    await see("eventual");
    await pair.pauseReplay();
    await write("newer");
    expect(await see("session", older)).toMatchObject({ value: "older", by: "replica-1" });
  });

  test("it leaves the rotation past the bound, comes back, and an idle primary makes no lag", async () => {
    expect((await see("eventual")).by).toBe("replica-1");
    await pair.pauseReplay();
    await write("new");
    await until(async () => (await see("eventual")).by === "primary");
    await pair.catchUp();
    await until(async () => (await see("eventual")).by === "replica-1");
    await Bun.sleep(2500);
    expect((await see("eventual")).by).toBe("replica-1");
  }, 20_000);

  test("64 sessions that write and read all along never miss their own write", async () => {
    let replicaReads = 0;
    const pausing = (async () => {
      for (let round = 0; round < 10; round++) {
        await pair.pauseReplay();
        await Bun.sleep(20);
        await pair.catchUp();
        await Bun.sleep(20);
      }
    })();
    const stale: number[] = [];
    await Promise.all(
      Array.from({ length: 64 }, async (_, session) => {
        const id = 1_000_000 + session;
        const database = databaseOf(requestScope(deps), "catalog");
        for (let round = 1; round <= 20; round++) {
          await database.primary().sql`insert into things values (${id}, ${String(round)})
            on conflict (key) do update set value = excluded.value`;
          const token = formatTokens([["main", await currentPosition(deps, database)]]);
          const scope = requestScope(deps, "session", token);
          const [row] = await read(scope, "catalog", ({ sql }) => sql`select value from things where key = ${id}`);
          if (row?.value !== String(round)) stale.push(session);
          if (scope.servedBy === "replica-1") replicaReads++;
        }
      }),
    );
    await pausing;
    expect(stale).toEqual([]);
    expect(replicaReads).toBeGreaterThan(0);
  }, 30_000);
});

describe("A token that no replica can meet", () => {
  test.each([
    ["garbage", "no token at all"],
    ["another timeline", "main:2:0/1"],
    ["an unknown database", "elsewhere:1:0/1"],
    ["a position beyond the primary's", "main:1:FFFFFFF/0"],
  ])("(%s) means the primary, as strong does", async (_, token) => {
    expect((await see("eventual")).by).toBe("replica-1");
    expect(await see("session", token)).toMatchObject({ value: "old", by: "primary" });
    expect(forcesPrimary(requestScope(deps, "session", token))).toBe(true);
  });

  test("is told from an honest one", async () => {
    await see("eventual");
    expect(forcesPrimary(requestScope(deps, "session", await write("new")))).toBe(false);
    expect(forcesPrimary(requestScope(deps, "eventual"))).toBe(false);
  });

  test("a read that asks nothing, such as a job's, reads the primary", async () => {
    expect(await see()).toMatchObject({ value: "old", by: "primary" });
  });
});

describe("When the standby fails", () => {
  test("stopped, reads go on without an error, and it is used again once it is back", async () => {
    expect((await see("eventual")).by).toBe("replica-1");
    const token = await write("new");
    let stop = false;
    const seen = new Map<string | undefined, number>();
    const reader = async (...ask: [ReadConsistency, ...string[]]) => {
      while (!stop) {
        const { by, ms } = await see(...ask);
        expect(ms).toBeLessThan(5_000);
        seen.set(by, (seen.get(by) ?? 0) + 1);
        await Bun.sleep(2);
      }
    };
    const readers = [reader("eventual"), reader("eventual"), reader("session"), reader("session", token)];
    await pair.stop("standby");
    expect(await see("session", token)).toMatchObject({ value: "new", by: "primary" });
    expect(await see("eventual")).toMatchObject({ value: "new", by: "primary" });
    await pair.start("standby");
    await until(async () => (await see("eventual")).by === "replica-1");
    await until(async () => (await see("session", token)).by === "replica-1");
    stop = true;
    await Promise.all(readers);
    expect([...seen.keys()].sort()).toEqual(["primary", "replica-1"]);
  }, 30_000);

  test("frozen, the primary answers in about 300 ms, then at once", async () => {
    expect((await see("eventual")).by).toBe("replica-1");
    const token = await write("new");
    const thaw = await pair.freezeStandby();
    try {
      const first = await Promise.all([see("eventual"), see("session", token), see("session"), see("eventual")]);
      for (const answer of first) {
        expect(answer).toMatchObject({ value: "new", by: "primary" });
        expect(answer.ms).toBeLessThan(2_000);
      }
      const next = [await see("eventual"), await see("eventual"), await see("eventual")];
      for (const { by } of next) expect(by).toBe("primary");
      expect(Math.min(...next.map(({ ms }) => ms))).toBeLessThan(250);
      await Bun.sleep(2500);
      expect((await see("eventual")).ms).toBeLessThan(2_000);
    } finally {
      thaw();
    }
    await until(async () => (await see("eventual")).by === "replica-1");
  }, 20_000);

  test("frozen, no other server is asked for a client that left, and its leaving tells nothing of the standby", async () => {
    expect((await see("eventual")).by).toBe("replica-1");
    const thaw = await pair.freezeStandby();
    const client = new AbortController();
    const asked: unknown[] = [];
    try {
      const reading = read({ ...requestScope(deps, "eventual"), signal: () => client.signal }, "catalog", (db) => {
        asked.push(db);
        return valueOn(db);
      });
      setTimeout(() => client.abort(), 50);
      await expect(reading).rejects.toThrow(ClientGone);
      await Bun.sleep(500);
    } finally {
      thaw();
    }
    expect(asked).toHaveLength(1);
    expect((await see("eventual")).by).toBe("replica-1");
  });

  test("one slow read goes to the primary and takes no replica from the others", async () => {
    expect((await see("eventual")).by).toBe("replica-1");
    const slow = requestScope(deps, "eventual");
    const slowly = read(slow, "catalog", ({ sql }) => sql`select pg_sleep(0.4)`);
    const others: (string | undefined)[] = [];
    for (let count = 0; count < 40; count++) {
      others.push((await see("eventual")).by);
      await Bun.sleep(10);
    }
    await slowly;
    expect(slow.servedBy).toBe("primary");
    expect(others.slice(-3)).toEqual(["replica-1", "replica-1", "replica-1"]);
  });

  test("a read that writes is refused, not sent to the primary", async () => {
    await see("eventual");
    const writing = read(requestScope(deps, "eventual"), "catalog", ({ sql }) => sql`delete from things`);
    await expect(async () => await writing).toThrow("read-only transaction");
  });
});

describe("When the primary is down", () => {
  test("eventual reads and sessions without a token go on, as late as need be", async () => {
    expect((await see("eventual")).by).toBe("replica-1");
    const token = await write("new");
    await pair.catchUp();
    await pair.stop("primary");
    try {
      const end = performance.now() + 4000;
      while (performance.now() < end) {
        expect(await see("eventual")).toMatchObject({ value: "new", by: "replica-1" });
        expect(await see("session")).toMatchObject({ value: "new", by: "replica-1" });
        expect(await see("session", token)).toMatchObject({ value: "new", by: "replica-1" });
        await Bun.sleep(100);
      }
      const began = performance.now();
      const outages = [see("strong"), see("session", "main:1:FFFFFFF/0")].map((reading) => reading.catch(isOutage));
      expect(await Promise.all(outages as Promise<unknown>[])).toEqual([true, true]);
      expect(performance.now() - began).toBeLessThan(8_000);
      const started = databaseDeps(pair.urls.primary, [pair.urls.standby]);
      const scope = requestScope(started, "eventual");
      expect(await read(scope, "catalog", valueOn)).toBe("new");
      expect(scope.servedBy).toBe("replica-1");
      await started.databases.close();
    } finally {
      await pair.start("primary");
    }
    await until(async () => (await see("strong").catch(() => undefined))?.value === "new");
    expect(parseTokens([await write("newer")]).garbled).toBe(false);
  }, 40_000);
});
