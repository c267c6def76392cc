import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { migrateAll } from "../../db/migrate.ts";
import { app } from "../../src/app.ts";
import { readConfig } from "../../src/platform/config.ts";
import type { Deps } from "../../src/platform/deps.ts";
import { startRelay } from "../../src/platform/events/relay-loop.ts";
import { subscriptions } from "../../src/subscriptions.ts";
import { type Answer, callAt, type User } from "./client.ts";
import { makeOwnDatabase } from "./own-database.ts";
import { startPostgresProxy } from "./postgres-proxy.ts";
import { openShop, openTestDeps } from "./shop.ts";

export interface OwnInstance {
  readonly url: string;
  readonly deps: Deps;
}

/** A shop of a test file's own, with two instances on a database that has nothing but an administrator. */
export interface OwnShop {
  readonly instances: readonly [OwnInstance, OwnInstance];
  readonly sql: postgres.Sql;
  readonly adminToken: string;
  /** Until every event has had its effects and no money is on its way. */
  readonly settle: () => Promise<void>;
  readonly close: () => Promise<void>;
}

interface Plants {
  /** Answers what the app does not know. */
  readonly plant?: (request: Request, deps: Deps) => Promise<Response> | undefined;
  /** How long what an instance sends to the database waits, so that races have room; in milliseconds. */
  readonly delayMs?: () => number;
}

const settleMs = 30_000;

export async function openOwnShop({ plant, delayMs }: Plants = {}): Promise<OwnShop> {
  const { env } = await openShop();
  const { url: database, drop } = await makeOwnDatabase();
  await migrateAll(readConfig({ ...env, DATABASE_URL: database }));
  const sql = postgres(database, { max: 4, onnotice: () => undefined });
  const closers: (() => unknown)[] = [drop, () => sql.end({ timeout: 1 })];
  const openInstance = async (publicUrl?: string): Promise<OwnInstance> => {
    const proxy = await startPostgresProxy(database, delayMs === undefined ? {} : { delayMs });
    const fetch = (request: Request) => plant?.(request, deps) ?? app.fetch(request, deps);
    const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch });
    const url = server.url.origin;
    const config = readConfig({
      ...env,
      DATABASE_URL: proxy.through(database),
      DATABASE_REPLICA_URLS: "",
      PUBLIC_URL: publicUrl ?? url,
      // A search may last.
      ACCESS_TOKEN_TTL_SECONDS: "36000",
    });
    const deps = openTestDeps(config, (relaying) => startRelay(relaying, subscriptions));
    closers.push(
      proxy.stop,
      () => deps.close(),
      () => deps.relay.stop(),
      () => server.stop(true),
    );
    return { url, deps };
  };
  const first = await openInstance();
  const instances = [first, await openInstance(first.url)] as const;
  return {
    instances,
    sql,
    adminToken: await newAdmin(first.url, sql),
    settle: () => settle(sql),
    close: async () => {
      for (const close of closers.reverse()) await close();
    },
  };
}

export async function newUserAt(url: string): Promise<User & { readonly password: string }> {
  const account = { email: `race-${randomUUID()}@example.com`, password: `pass-${randomUUID()}` };
  const { body, status } = await insist(url, "/v1/users", { ...account, name: "Racer" });
  if (status !== 201) throw new Error(`not registered: ${JSON.stringify(body)}`);
  return { ...account, id: body.id, token: await accessTokenOf(url, account) };
}

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** The tokens of a new session, or undefined where the password is wrong. */
export async function logInAt(url: string, account: { email: string; password: string }): Promise<Tokens | undefined> {
  const { email, password } = account;
  const { body, status } = await insist(url, "/v1/sessions", { email, password });
  if (status !== 201 && status !== 401) throw new Error(`neither logged in nor refused: ${JSON.stringify(body)}`);
  return status === 201 ? body : undefined;
}

async function accessTokenOf(url: string, account: { email: string; password: string }): Promise<string> {
  const tokens = await logInAt(url, account);
  if (tokens === undefined) throw new Error("not logged in");
  return tokens.accessToken;
}

/** Passwords are hashed few at a time: where the queue is full it is asked again. */
async function insist(url: string, path: string, body: object): Promise<Answer> {
  for (;;) {
    const answer = await callAt(url, "POST", path, { body });
    if (answer.status !== 503) return answer;
    await Bun.sleep(50);
  }
}

/** Answers the token of a session that has just begun. */
export async function newAdmin(url: string, sql: postgres.Sql): Promise<string> {
  const admin = await newUserAt(url);
  await sql`update identity.users set role = 'admin' where id = ${admin.id}`;
  return await accessTokenOf(url, admin);
}

async function settle(sql: postgres.Sql): Promise<void> {
  const heard = Object.entries(subscriptions).flatMap(([type, of]) => of.map(({ name }) => ({ type, consumer: name })));
  const start = Date.now();
  for (;;) {
    const [row] = await sql<{ open: number }[]>`
      select ((select count(*) from events.outbox o
                 join jsonb_to_recordset(${JSON.stringify(heard)}::text::jsonb) h(type text, consumer text) using (type)
                where not exists (select from events.inbox i where i.event_id = o.id and i.consumer = h.consumer))
            + (select count(*) from payments.payments where status = 'processing')
            + (select count(*) from payments.refunds where status = 'processing'))::int as open`;
    if (row?.open === 0) return;
    if (Date.now() - start > settleMs) throw new Error(`${row?.open} effects are still to come after ${settleMs} ms`);
    await Bun.sleep(20);
  }
}
