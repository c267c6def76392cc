import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Hono } from "hono";
import { consistencyToken } from "../../src/gateway/consistency-token.ts";
import { currentPosition } from "../../src/platform/consistency/position.ts";
import { read } from "../../src/platform/consistency/read.ts";
import { mustBypassCaches } from "../../src/platform/consistency/requested.ts";
import { type Position, parseLsn, parseTokens, positionFrom } from "../../src/platform/consistency/tokens.ts";
import type { Deps } from "../../src/platform/deps.ts";
import type { AppEnv } from "../../src/platform/http/app-env.ts";
import { answerProblem } from "../../src/platform/http/problem.ts";
import { databaseOf, forWriting, noteWrittenAt } from "../../src/platform/scope.ts";
import { Problem } from "../../src/shared/errors.ts";
import { databaseDeps, requestScope } from "../support/database-deps.ts";
import { type DatabasePair, startDatabasePair, until } from "../support/database-pair.ts";

let pair: DatabasePair;
let deps: Deps;

beforeAll(async () => {
  pair = await startDatabasePair();
  await pair.primary`create extension pg_walinspect`;
  await pair.primary`create table notes (id bigint generated always as identity primary key, text text not null)`;
  await pair.primary`grant all on notes to headroom`;
  await pair.catchUp();
  deps = databaseDeps(pair.urls.primary, [pair.urls.standby]);
}, 30_000);
afterAll(async () => {
  await deps.databases.close();
  await pair.close();
}, 30_000);

/** A service of two routes behind the middleware, as the gateway mounts it. */
const app = new Hono<AppEnv>()
  .onError(answerProblem)
  .use(async (c, next) => {
    c.set("scope", requestScope(c.env));
    await next();
  })
  .use(consistencyToken())
  .get("/notes", async (c) => {
    const { scope } = c.var;
    const rows = await read(scope, "catalog", ({ sql }) => sql`select text from notes order by id`);
    return c.json({ notes: rows.map(({ text }) => text), by: scope.servedBy, asked: scope.readConsistency ?? null });
  })
  .post("/notes/:text", async (c) => {
    await forWriting(c.var.scope, "catalog").sql`insert into notes (text) values (${c.req.param("text")})`;
    if (c.req.param("text") === "refused") throw new Problem("out-of-stock", "Written something, then refused.");
    if (c.req.param("text") === "last") await pair.stop("primary");
    return c.body(null, 204);
  })
  .post("/told/:lsn/:times", async (c) => {
    const { scope } = c.var;
    noteWrittenAt(scope, "catalog", { timeline: 1, lsn: BigInt(c.req.param("lsn")) });
    if (c.req.param("times") === "twice")
      await forWriting(scope, "catalog").sql`insert into notes (text) values ('more')`;
    return c.body(null, 204);
  });

const send = async (path: string, method = "GET", headers: Record<string, string> = {}) =>
  app.request(path, { method, headers }, deps);

describe("The answer of a write", () => {
  test("carries a token with which the next read sees it, whatever the standby shows", async () => {
    await pair.pauseReplay();
    const answer = await send("/notes/first", "POST");
    const token = answer.headers.get("consistency-token") ?? "";
    expect(parseTokens([token])).toMatchObject({ garbled: false });
    expect(token).toMatch(/^main:1:[0-9A-F]+\/[0-9A-F]+$/);
    const seen = await (await send("/notes", "GET", { "Consistency-Token": token })).json();
    expect(seen).toMatchObject({ notes: ["first"], by: "primary", asked: "session" });
    await pair.catchUp();
  });

  test("covers what the tokens it brought covered, of any database, in at most 512 bytes", async () => {
    const brought = `orders:3:1/A0, main:1:0/1,nonsense,${"x".repeat(600)}`;
    const answer = await send("/notes/second", "POST", { "Consistency-Token": brought });
    const { positions } = parseTokens([answer.headers.get("consistency-token") ?? ""]);
    expect(positions.get("orders")).toEqual({ timeline: 3, lsn: 0x1_0000_00a0n });
    expect(positions.get("main")?.lsn).toBeGreaterThan(1n);
  });

  test("never steps back behind a token it brought", async () => {
    const answer = await send("/notes/third", "POST", { "Consistency-Token": "main:1:FFFFF/0" });
    expect(answer.headers.get("consistency-token")).toBe("main:1:FFFFF/0");
  });

  test("has no token where nothing was written, or nothing came of it", async () => {
    expect((await send("/notes")).headers.has("consistency-token")).toBe(false);
    const refused = await send("/notes/refused", "POST");
    expect(refused.status).toBe(409);
    expect(refused.headers.has("consistency-token")).toBe(false);
  });

  test("stands, without a token, when the primary dies right after it", async () => {
    const answer = await send("/notes/last", "POST");
    await pair.start("primary");
    expect(answer.status).toBe(204);
    expect(answer.headers.has("consistency-token")).toBe(false);
    await until(async () => (await send("/notes/after", "POST").catch(() => undefined))?.status === 204);
  }, 30_000);
});

describe("Read-Consistency", () => {
  test.each(["strong", "session", "eventual"])("%s is taken over", async (word) => {
    expect(await (await send("/notes", "GET", { "Read-Consistency": word })).json()).toMatchObject({ asked: word });
  });

  test("bypasses caches for strong, session and whoever brings a token", () => {
    const bypasses = (
      ...[consistency, ...tokens]: Parameters<typeof requestScope> extends [Deps, ...infer R] ? R : never
    ) => mustBypassCaches(requestScope(deps, consistency, ...tokens));
    expect([bypasses("strong"), bypasses("session"), bypasses("eventual", "main:1:0/1")]).toEqual([true, true, true]);
    expect(bypasses("eventual")).toBe(false);
  });
});

describe("A position, against the write-ahead log itself", () => {
  interface Written {
    readonly xid: string;
    readonly position: Position;
  }

  const insert = async () => {
    const { sql } = databaseOf(requestScope(deps), "catalog").primary();
    const [row] = await sql<{ xid: string }[]>`
      insert into notes (text) values ('load') returning pg_current_xact_id()::text as xid`;
    return row?.xid ?? "";
  };
  const position = () => currentPosition(deps, databaseOf(requestScope(deps), "catalog"));

  /** 64 writers; answers how many positions lie before the end of their own commit record. */
  async function tooEarly(write: () => Promise<Written>): Promise<{ writes: number; early: number }> {
    const [from] = await pair.primary`select pg_current_wal_insert_lsn()::text as lsn`;
    const writer = async () => {
      const own: Written[] = [];
      for (let round = 0; round < 25; round++) own.push(await write());
      return own;
    };
    const written = (await Promise.all(Array.from({ length: 64 }, writer))).flat();
    const commits = await pair.primary<{ xid: string; end: string }[]>`
      select xid::text, end_lsn::text as end from pg_get_wal_records_info(${String(from?.lsn)}, pg_current_wal_flush_lsn())
       where resource_manager = 'Transaction' and record_type = 'COMMIT'`;
    const ends = new Map(commits.map(({ xid, end }) => [xid, parseLsn(end)]));
    for (const { xid } of written) expect(ends.has(xid)).toBe(true);
    const early = written.filter(({ xid, position }) => position.lsn < (ends.get(xid) ?? 0n));
    return { writes: written.length, early: early.length };
  }

  /** As `orders.place_and_say_where_v1` does; the control says where before it commits. */
  const telling = (name: string, ...ends: [string, string]) => `
    create procedure ${name}(inout xid text, inout lsn text, inout timeline text) language plpgsql as $$
    declare flushed pg_lsn;
    begin
      insert into notes (text) values ('told') returning pg_current_xact_id()::text into xid;
      ${ends.join("\n")}
      lsn := flushed::text;
      timeline := left(pg_walfile_name(flushed), 8);
    end $$`;
  const [commit, ask] = ["commit;", "flushed := pg_current_wal_flush_lsn();"];

  async function toldBy(name: string): Promise<Written> {
    const { sql } = databaseOf(requestScope(deps), "catalog").primary();
    const [row] = await sql<{ xid: string; lsn: string; timeline: string }[]>`call ${sql(name)}(null, null, null)`;
    if (!row) throw new Error(`${name} told nothing`);
    return { xid: row.xid, position: positionFrom(row) };
  }

  test("told by a procedure that has committed is never before the commit", async () => {
    await pair.primary.unsafe(telling("tell_after", commit, ask));
    expect(await tooEarly(() => toldBy("tell_after"))).toEqual({ writes: 1600, early: 0 });
  }, 30_000);

  test("control: told before it commits it is, so the check can tell", async () => {
    await pair.primary.unsafe(telling("tell_before", ask, commit));
    expect((await tooEarly(() => toldBy("tell_before"))).early).toBeGreaterThan(0);
  }, 30_000);

  test("that a write told is the answer's, unless the request wrote once more", async () => {
    const told = { timeline: 1, lsn: 0x77n };
    const answered = async (path: string) => {
      const answer = await send(path, "POST");
      return parseTokens([answer.headers.get("consistency-token") ?? ""]).positions.get("main");
    };
    expect(await answered(`/told/${told.lsn}/once`)).toEqual(told);
    expect((await answered(`/told/${told.lsn}/twice`))?.lsn).toBeGreaterThan(told.lsn);
  });

  test("asked for after the acknowledgement is never before the commit", async () => {
    const asked = async (): Promise<Written> => ({ xid: await insert(), position: await position() });
    expect(await tooEarly(asked)).toEqual({ writes: 1600, early: 0 });
  }, 30_000);

  test("control: asked for beside the write it is, so the check can tell", async () => {
    const beside = async (): Promise<Written> => {
      const [xid, at] = await Promise.all([insert(), position()]);
      return { xid, position: at };
    };
    expect((await tooEarly(beside)).early).toBeGreaterThan(0);
  }, 30_000);
});
