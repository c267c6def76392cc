import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import { Hono } from "hono";
import postgres from "postgres";
import { event, type NewEvent } from "../../src/contracts/events.ts";
import { eventRoutes } from "../../src/operations/events.ts";
import type { Database, Sql } from "../../src/platform/database.ts";
import type { Deps } from "../../src/platform/deps.ts";
import type { Consumer, Subscriptions } from "../../src/platform/events/consumer.ts";
import type { Inbox } from "../../src/platform/events/inbox.ts";
import { appendEvents } from "../../src/platform/events/outbox.ts";
import type { AppEnv } from "../../src/platform/http/app-env.ts";
import { answerProblem } from "../../src/platform/http/problem.ts";
import type { Jobs } from "../../src/platform/jobs.ts";
import type { Queue, QueueMessage } from "../../src/platform/queue.ts";
import { backgroundScope, type Scope } from "../../src/platform/scope.ts";
import { startTestCluster } from "./cluster.ts";
import { databaseDeps } from "./database-deps.ts";

/** A PostgreSQL of a test file's own, in which each world is a database. */
export interface EventServer {
  readonly open: () => Promise<World>;
  readonly close: () => Promise<void>;
}

/** A database with nothing but the events' schema and a table `effects`, and a queue that does what the test says. */
export interface World {
  readonly url: string;
  readonly deps: Deps;
  readonly database: Database;
  readonly sql: Sql;
  readonly scope: Scope;
  /** What was published; `publish` may be replaced. */
  readonly queue: { messages: QueueMessage[]; publish: Queue["publish"] };
  /** Appends and commits. */
  readonly tell: (...events: NewEvent[]) => Promise<void>;
  readonly effects: () => Promise<string[]>;
  readonly close: () => Promise<void>;
}

export async function startEventServer(): Promise<EventServer> {
  const home = await mkdtemp(join(tmpdir(), "headroom-events-"));
  const cluster = await startTestCluster(home);
  const admin = postgres(cluster.urls.primaryAdmin, { max: 1, onnotice: () => undefined });
  let opened = 0;
  return {
    open: async () => {
      const name = `world_${++opened}`;
      await admin.unsafe(`create database ${name} owner headroom`);
      const url = cluster.urls.primary.replace(/headroom$/, name);
      await prepare(url);
      return openWorld(url);
    },
    close: async () => {
      await admin.end({ timeout: 1 });
      await cluster.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function prepare(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  const migrationsFolder = join(import.meta.dirname, "../../db/migrations/events");
  await migrate(drizzle(sql), { migrationsFolder, migrationsSchema: "migrations", migrationsTable: "events" });
  await sql`create table effects (consumer text, key text)`;
  await sql.end();
}

function openWorld(url: string): World {
  const queue: World["queue"] = {
    messages: [],
    publish: async (messages) => void queue.messages.push(...messages),
  };
  const deps: Deps = {
    ...databaseDeps(url, []),
    queue: {
      publish: (messages) => queue.publish(messages),
      schedule: async () => undefined,
      verify: async ({ signature }) => signature === "signed",
    },
  };
  const database = deps.databases.of("orders");
  const { sql } = database.primary();
  const scope = backgroundScope(deps, { about: { test: true } });
  return {
    url,
    deps,
    database,
    sql,
    scope,
    queue,
    tell: async (...events) => {
      await sql.begin((tx) => appendEvents(tx, scope, events));
    },
    effects: async () => {
      const rows = await sql<{ consumer: string; key: string }[]>`
        select consumer, key from effects order by consumer, key`;
      return rows.map(({ consumer, key }) => `${consumer} ${key}`);
    },
    close: () => deps.databases.close(),
  };
}

/** What a queue does with its messages: POSTs each and answers the statuses. */
export async function bring(world: World, app: Hono<AppEnv>, messages: readonly QueueMessage[]): Promise<number[]> {
  const answers = await Promise.all(messages.map((message) => post(world, app, message.url, message.body)));
  return answers.map(({ status }) => status);
}

export async function post(world: World, app: Hono<AppEnv>, url: string, body: string): Promise<Response> {
  const headers = { "Upstash-Signature": "signed", "Content-Type": "application/json" };
  return app.request(new URL(url).pathname, { method: "POST", headers, body }, world.deps);
}

export function appOf(subscriptions: Subscriptions, inbox?: Inbox, jobs: Jobs = {}): Hono<AppEnv> {
  const app = new Hono<AppEnv>().route("/", eventRoutes(subscriptions, jobs, inbox));
  app.onError(answerProblem);
  return app;
}

export function subscribe(table: Partial<Subscriptions>): Subscriptions {
  return {
    "user.registered": [],
    "user.updated": [],
    "user.verification-requested": [],
    "user.reset-requested": [],
    "user.erased": [],
    "product.changed": [],
    "product.withdrawn": [],
    "stock.changed": [],
    "stock.depleted": [],
    "order.placed": [],
    "order.paid": [],
    "order.cancelled": [],
    "order.expired": [],
    "order.shipped": [],
    "order.delivered": [],
    "order.refunded": [],
    "payment.captured": [],
    "payment.failed": [],
    "payment.refunded": [],
    "audit.recorded": [],
    ...table,
  };
}

/** A consumer that writes a row for each event; `refuses` makes it fail for the keys it names. */
export function writes(name: string, refuses: ReadonlySet<string> = new Set()): Consumer<"stock.changed"> {
  return {
    service: name.split(".")[0] as Consumer["service"],
    name,
    apply: async (_scope, tx, events) => {
      for (const { key } of events) {
        if (refuses.has(key)) throw new Error(`${name} cannot take ${key}`);
        await tx`insert into effects values (${name}, ${key})`;
      }
    },
  };
}

/** An event about a SKU. */
export function stockChanged(sku: string): NewEvent<"stock.changed"> {
  return event("stock.changed", sku, 1, { sku, available: true });
}
