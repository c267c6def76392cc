import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { eq, sql as fragment } from "drizzle-orm";
import { boolean, integer, jsonb, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import { type RoundTripProxy, startRoundTripProxy } from "../../benchmarks/measure/round-trips.ts";
import { databaseDeps } from "../../tests/support/database-deps.ts";
import { makeOwnDatabase, type OwnDatabase } from "../../tests/support/own-database.ts";
import { databaseErrorCode, type Handle, openDatabases, pgArray } from "./database.ts";

const things = pgTable("things", {
  id: integer().primaryKey(),
  name: text().notNull(),
  isGood: boolean("is_good"),
  data: jsonb(),
  madeAt: timestamp("made_at", { withTimezone: true, mode: "string" }),
});

let own: OwnDatabase;
let proxy: RoundTripProxy;
beforeAll(async () => {
  own = await makeOwnDatabase();
  const url = new URL(own.url);
  proxy = await startRoundTripProxy({ host: url.hostname, port: Number(url.port) });
  await connected(true, async ({ sql }) => {
    await sql`create table things (
      id int primary key, name text not null unique, is_good boolean, data jsonb, made_at timestamptz)`;
    await sql`insert into things values (1, 'first', true, '{"a": [1]}', '2026-01-02T03:04:05.678901Z')`;
  });
});
afterAll(async () => {
  proxy.stop();
  await own.drop();
});

/** One fresh connection, as a request on Workers has it, through the proxy. */
async function connected<T>(perRequest: boolean, use: (handle: Handle) => Promise<T>): Promise<T> {
  const url = new URL(own.url);
  url.port = String(proxy.port);
  const { config } = databaseDeps(url.href, []);
  const databases = openDatabases(config, { primary: 1, replicaLanes: 1, perRequest });
  try {
    return await use(databases.of("orders").primary());
  } finally {
    await databases.close();
  }
}

/** Round trips of work on a fresh connection, beside those of connecting. */
async function roundTrips(perRequest: boolean, work: (handle: Handle) => Promise<unknown>): Promise<number> {
  proxy.forget();
  await connected(perRequest, work);
  return proxy.counted().statements;
}

/** Answers, or the error's marks, on both kinds of pool. */
async function both(work: (handle: Handle) => Promise<unknown>): Promise<{ together: unknown; asking: unknown }> {
  const tell = (handle: Handle) => work(handle).catch(marksOf);
  return { together: await connected(true, tell), asking: await connected(false, tell) };
}

function marksOf(error: unknown): unknown {
  const { code, message, detail, constraint_name, position } = Object(Object(error).cause ?? error);
  return { code, message, detail, constraint_name, position };
}

const byId = (id: number) => eq(things.id, id);
const prepared = ({ orm }: Handle) => orm.select().from(things).where(byId(1)).prepare("by_id").execute();

describe("round trips of a statement on a connection that has not seen it", () => {
  const kinds: Readonly<Record<string, (handle: Handle) => Promise<unknown>>> = {
    "a set-based one": ({ sql }) => sql`select name from things where id = ${1}`,
    "a prepared one of Drizzle": prepared,
    "an unprepared one of Drizzle": ({ orm }) => orm.select().from(things).where(byId(1)),
    "one that Drizzle is given as text": ({ orm }) => orm.execute(fragment`select ${"x"}::text as x`),
    "one given as text": async ({ sql }) => await sql.unsafe("select $1::int as one", [1]),
  };
  for (const [kind, work] of Object.entries(kinds))
    test(`${kind}: one, where the library alone takes two`, async () => {
      expect(await roundTrips(true, work)).toBe(1);
      expect(await roundTrips(false, work)).toBe(2);
    });

  test("a transaction: its begin, one for each statement, its commit", async () => {
    const work = ({ sql }: Handle) =>
      sql.begin(async (tx) => {
        await tx`select ${1}::int`;
        await tx.savepoint((inner) => inner`select ${"x"}::text`);
      });
    // A savepoint is a statement of its own.
    expect(await roundTrips(true, work)).toBe(5);
    expect(await roundTrips(false, work)).toBe(7);
  });

  test("statements at once go together and each has its own answer, also beside one that fails", async () => {
    const work = async ({ sql }: Handle) => {
      await sql`select 1`;
      const answers = await Promise.all([
        sql`select ${1}::int as n`.values(),
        sql`select 1 / ${0}::int as n`.catch(databaseErrorCode),
        sql`select ${3}::int as n`.values(),
      ]);
      expect(JSON.stringify(answers)).toBe('[[[1]],"22012",[[3]]]');
    };
    expect(await roundTrips(true, work)).toBe(2);
    // By itself the library sends no statement before the one in front is answered.
    expect(await roundTrips(false, work)).toBeGreaterThan(4);
  });
});

describe("means the same as the library's own way", () => {
  const awkward = `"quoted" \\ back\\\\slash 'single' \n\t {a,b} NULL $1 ünï – 🦑 `;
  const values: Readonly<Record<string, (handle: Handle) => Promise<unknown>>> = {
    texts: ({ sql }) => sql`select ${awkward}::text as a, ${""}::text as b, length(${awkward}) as c`,
    nulls: ({ sql }) => sql`select ${null}::text as a, ${null}::int as b, ${null}::jsonb as c, ${null}::uuid[] as d`,
    numbers: ({ sql }) =>
      sql`select ${1}::int as a, ${-2.5}::float8 as b, ${2 ** 53 - 1}::bigint as c, ${7} * interval '1 second' as d`,
    "large integers": ({ sql }) => sql`select ${(9_007_199_254_740_993n).toString()}::bigint as a, ${12}::numeric as b`,
    booleans: ({ sql }) => sql`select ${true}::boolean as a, ${false} as b, not ${false}::boolean as c`,
    "lists as literals": ({ sql }) =>
      sql`select ${pgArray([awkward, null, ""])}::text[] as a, ${pgArray([1, 2n, null])}::bigint[] as b,
                 (select array_agg(x) from unnest(${pgArray(["a,b", '"'])}::text[]) x) as c`,
    "JSON as text": ({ sql }) =>
      sql`select ${JSON.stringify({ [awkward]: [awkward, null, 1.5, true] })}::text::jsonb as a,
                 ${JSON.stringify([{ k: awkward }])}::jsonb as b, ${'"text"'}::jsonb as c`,
    "times and ids as text": ({ sql }) =>
      sql`select ${"2026-11-24T10:00:00.123456+02:00"}::timestamptz as a, ${"2 days"}::interval as b,
                 ${"0190a000-0000-7000-8000-000000000001"}::uuid as c, ${"infinity"}::timestamptz as d`,
    "bytes, which are an object": ({ sql }) => sql`select ${Buffer.from([0, 255])}::bytea as a, ${1}::int as b`,
    "names and lists of values": ({ sql }) =>
      sql`select ${sql("name")} from ${sql("things")} where id in ${sql([1, 2])} and name = ${"first"}`,
    fragments: ({ sql }) => sql`select name from things where ${sql`id = ${1}`} and ${sql`name = ${"first"}`}`,
    "rows as lists": async ({ sql }) => await sql`select id, name, ${"x"} as x from things`.values(),
    "rows of Drizzle": ({ orm }) => orm.select().from(things).where(byId(1)),
    "prepared rows of Drizzle, twice": async (handle) => [await prepared(handle), await prepared(handle)],
    "what a change returns": ({ orm }) =>
      orm
        .insert(things)
        .values({ id: 1, name: "first", data: { b: awkward } })
        .onConflictDoUpdate({ target: things.id, set: { isGood: true } })
        .returning(),
    "a statement's description": async ({ sql }) => {
      const { types, columns } = await sql`select id from things where name = ${"first"}`.describe();
      return [types, columns.map(({ name, type }) => [name, type])];
    },
  };
  for (const [kind, work] of Object.entries(values))
    test(kind, async () => {
      const { together, asking } = await both(work);
      expect(JSON.stringify(together)).toBe(JSON.stringify(asking));
      expect(Object(together).code).toBeUndefined();
    });

  const failures: Readonly<Record<string, [string, (handle: Handle) => Promise<unknown>]>> = {
    "a broken constraint": ["23505", ({ sql }) => sql`insert into things (id, name) values (${2}, ${"first"})`],
    "a text that is no number": ["22P02", ({ sql }) => sql`select ${"x"}::int`],
    "a number out of range": ["22003", ({ sql }) => sql`select ${2 ** 40}::int`],
    "a parameter of no type": ["42P18", ({ sql }) => sql`select ${"x"} where ${null} is null`],
    "an error of the statement, at its position": [
      "42703",
      ({ sql }) => sql`select nothing from things where id = ${1}`,
    ],
    "a statement that Drizzle wraps": ["23505", ({ orm }) => orm.insert(things).values({ id: 1, name: "again" })],
    "a time-out": [
      "57014",
      async ({ sql }) => {
        await sql`set statement_timeout = 50`;
        return await sql`select pg_sleep(${5})`;
      },
    ],
  };
  for (const [kind, [code, work]] of Object.entries(failures))
    test(`${kind}: the same error, and the connection serves on`, async () => {
      const { together, asking } = await both(work);
      expect(together).toEqual(asking);
      expect(together).toMatchObject({ code });
      const after = async (handle: Handle) => {
        await work(handle).catch(() => undefined);
        return [...(await handle.sql`select ${"on"}::text as goes`)];
      };
      expect(await both(after)).toEqual({ together: [{ goes: "on" }], asking: [{ goes: "on" }] });
    });
});

test("a statement that is cancelled ends with the server's word for it", async () => {
  const code = await connected(true, async ({ sql }) => {
    await sql`select 1`;
    const sleeping = sql`select pg_sleep(${10})`.execute();
    setTimeout(() => sleeping.cancel(), 200);
    return await sleeping.then(() => "slept", databaseErrorCode);
  });
  expect(code).toBe("57014");
});

test("a transaction that fails leaves nothing, one that succeeds all of it", async () => {
  const names = await connected(true, async ({ sql, orm }) => {
    const broken = sql.begin(async (tx) => {
      await tx`insert into things (id, name) values (${10}, ${"lost"})`;
      await tx`select 1 / ${0}::int`;
    });
    expect(await broken.catch(databaseErrorCode)).toBe("22012");
    await orm.transaction(async (tx) => {
      await tx.insert(things).values({ id: 11, name: "kept" });
      await tx.transaction((inner) => inner.insert(things).values({ id: 12, name: "kept too" }));
    });
    return await sql`select name from things where id >= ${10} order by id`.values();
  });
  expect([...names]).toEqual([["kept"], ["kept too"]]);
});
