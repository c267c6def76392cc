import { afterAll, beforeAll, expect, test } from "bun:test";
import { currentPosition } from "../../src/platform/consistency/position.ts";
import { read } from "../../src/platform/consistency/read.ts";
import { formatTokens, mergePositions, parseTokens } from "../../src/platform/consistency/tokens.ts";
import { databaseOf } from "../../src/platform/scope.ts";
import { databaseDeps, requestScope } from "../support/database-deps.ts";
import { type DatabasePair, startDatabasePair } from "../support/database-pair.ts";

let pair: DatabasePair;

beforeAll(async () => {
  pair = await startDatabasePair();
}, 30_000);
afterAll(() => pair.close(), 30_000);

test("After a failover old tokens mean the primary, and the first new one replaces them", async () => {
  const { urls, standby } = pair;
  const before = databaseDeps(urls.primary, []);
  const old = formatTokens([["main", await currentPosition(before, databaseOf(requestScope(before), "catalog"))]]);
  await before.databases.close();
  await pair.catchUp();
  await pair.stop("primary");
  await standby`select pg_promote()`;

  const after = databaseDeps(urls.standby, [urls.primary]);
  const scope = requestScope(after, "session", old);
  const [row] = await read(scope, "catalog", ({ sql }) => sql<{ port: number }[]>`select inet_server_port() as port`);
  expect(scope.servedBy).toBe("primary");
  expect(row?.port).toBe(Number(new URL(urls.standby).port));

  const position = await currentPosition(after, databaseOf(scope, "catalog"));
  expect(position.timeline).toBe(2);
  const merged = mergePositions([["main", position], ...parseTokens([old]).positions]);
  expect(formatTokens(merged)).toStartWith("main:2:");
  await after.databases.close();
}, 30_000);
