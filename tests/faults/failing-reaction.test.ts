import { expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import { migrateAll } from "../../db/migrate.ts";
import { seed } from "../../db/seed.ts";
import { buildApp } from "../../src/app.ts";
import { jobs } from "../../src/jobs.ts";
import { eventRoutes } from "../../src/operations/events.ts";
import { readConfig } from "../../src/platform/config.ts";
import type { Consumer, Subscriptions } from "../../src/platform/events/consumer.ts";
import { startRelay } from "../../src/platform/events/relay-loop.ts";
import type { AppEnv } from "../../src/platform/http/app-env.ts";
import { answerProblem } from "../../src/platform/http/problem.ts";
import { subscriptions } from "../../src/subscriptions.ts";
import { callAt, eventually } from "../support/client.ts";
import { makeOwnDatabase } from "../support/own-database.ts";
import { openShop, openTestDeps } from "../support/shop.ts";

/** What a registration brings about, each by a consumer of its own, and how the user or an admin sees it. */
const reactions = {
  mail: "notifications.welcome-mail",
  notification: "notifications.welcome",
  analytics: "analytics.new-users",
} as const;
type Reaction = keyof typeof reactions;
const all = Object.keys(reactions) as Reaction[];

test.each(all)(
  "a registration whose %s fails brings the other two, and that one once it works again",
  async (failing) => {
    const shop = await openShopWithout(reactions[failing]);
    try {
      const user = { email: `reactions-${randomUUID()}@example.com`, password: `pass-${randomUUID()}` };
      expect((await callAt(shop.url, "POST", "/v1/users", { body: { ...user, name: "Ada" } })).status).toBe(201);
      const others = all.filter((reaction) => reaction !== failing);
      await eventually(async () => (await seen(shop.url, user)).join() === others.join());
      await eventually(async () => shop.failures() > 0);
      expect(await seen(shop.url, user)).toEqual(others);
      shop.mend();
      await eventually(async () => (await seen(shop.url, user)).join() === all.join(), 15_000);
    } finally {
      await shop.close();
    }
  },
);

/** Which of the reactions to the user's registration can be seen. The shop has no other new user. */
async function seen(url: string, user: { readonly email: string; readonly password: string }): Promise<Reaction[]> {
  const { config } = await openShop();
  const token = async (account: object) =>
    (await callAt(url, "POST", "/v1/sessions", { body: account })).body.accessToken;
  const admin = await token({ email: "admin@headroom.local", password: "headroom-admin" });
  const found = {
    mail: await callAt(config.MAILBOX_URL ?? "", "GET", `/messages?to=${encodeURIComponent(user.email)}`),
    notification: await callAt(url, "GET", "/v1/notifications", { token: await token(user) }),
    analytics: await callAt(url, "GET", "/v1/analytics/summary", { token: admin }),
  };
  expect(Object.values(found).map(({ status }) => status)).toEqual([200, 200, 200]);
  const counts = {
    mail: found.mail.body.data.length,
    notification: found.notification.body.data.length,
    analytics: found.analytics.body.newUsers,
  };
  for (const reaction of all) expect(counts[reaction], reaction).toBeLessThanOrEqual(1);
  return all.filter((reaction) => counts[reaction] === 1);
}

/** A shop on a database of its own, with its relay, at the queue and mailbox of all; the named consumer fails. */
async function openShopWithout(name: string) {
  const { env } = await openShop();
  const database = await makeOwnDatabase();
  let [isBroken, failures] = [true, 0];
  const broken = (consumer: Consumer): Consumer => {
    if (consumer.name !== name) return consumer;
    const orFail = async (work: () => Promise<void>) => {
      if (!isBroken) return await work();
      failures++;
      throw new Error("It cannot.");
    };
    return "apply" in consumer
      ? { ...consumer, apply: (...given) => orFail(() => consumer.apply(...given)) }
      : { ...consumer, send: (...given) => orFail(() => consumer.send(...given)) };
  };
  const table = Object.fromEntries(
    Object.entries(subscriptions).map(([type, consumers]) => [type, (consumers as readonly Consumer[]).map(broken)]),
  ) as unknown as Subscriptions;
  const app = new Hono<AppEnv>().route("/", eventRoutes(table, jobs)).route("/", buildApp());
  app.onError(answerProblem);
  const listening = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: (request) => app.fetch(request, deps) });
  const url = listening.url.origin;
  const config = readConfig({ ...env, DATABASE_URL: database.url, DATABASE_REPLICA_URLS: "", PUBLIC_URL: url });
  await migrateAll(config);
  await seed(config);
  const deps = openTestDeps(config, (relaying) => startRelay(relaying, table));
  return {
    url,
    mend: () => {
      isBroken = false;
    },
    failures: () => failures,
    close: async () => {
      await listening.stop(true);
      await deps.relay.stop();
      await deps.close();
      await database.drop();
    },
  };
}
