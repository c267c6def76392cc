import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { app } from "../../src/app.ts";
import { readConfig } from "../../src/platform/config.ts";
import { apiDocument } from "../support/api-document.ts";
import { adminToken, call, logIn, newUser } from "../support/client.ts";
import { startPostgresProxy } from "../support/postgres-proxy.ts";
import { openShop, openTestDeps } from "../support/shop.ts";
import { ask, leaksAt, type Route, routesOf, shownBy, type Tokens } from "./foreign-ids.ts";
import { idRoutes } from "./id-routes.ts";
import { newVictim, type Victim } from "./victim.ts";

const document = await apiDocument();
const everyRoute = routesOf(document);
const routes = everyRoute.filter(({ name }) => name.includes("{"));
const lists = everyRoute.filter(({ who, name }) => who === "user" && name.startsWith("GET") && !name.includes("{"));
/** What reads before what writes, and what ends a session last. */
const ofUsers = ["GET", "P", "DELETE"].flatMap((method) =>
  routes.filter(({ who, name }) => who === "user" && name.startsWith(method)),
);

let victim: Victim;
let tokens: Tokens;
let before: Awaited<ReturnType<Victim["rows"]>>;

beforeAll(async () => {
  victim = await newVictim();
  tokens = {
    nobody: undefined,
    customer: (await newUser()).token,
    operator: await logIn("operator@headroom.local", "headroom-operator"),
    admin: await adminToken(),
    ...(await apiKey()),
  };
  before = await victim.rows();
}, 60_000);

/** A key that opens no route with an id in its path; none where there are no keys yet. */
async function apiKey(): Promise<{ apiKey?: string }> {
  if (!("/v1/api-keys" in (document.paths as object))) return {};
  const body = { name: "Matrix", scopes: ["analytics:read"] };
  const made = await call("POST", "/v1/api-keys", { token: await adminToken(), body });
  expect(made.status).toBe(201);
  return { apiKey: made.body.key };
}

describe("what is another's", () => {
  test("is asked for at every route with an id in its path", () => {
    // Add what is missing to tests/security/id-routes.ts with a body that it reads, and take out what is gone.
    expect(Object.keys(idRoutes).toSorted()).toEqual(routes.map(({ name }) => name).toSorted());
  });

  test.each(routes.map((route): [string, Route] => [route.name, route]))(
    "%s refuses, whatever it is and whoever asks, and shows no byte of it",
    async (_, route) => {
      const { url } = await openShop();
      expect(await leaksAt(url, route, tokens, victim)).toEqual([]);
    },
    60_000,
  );

  test.each(lists.map((route): [string, Route] => [route.name, route]))(
    "%s shows nobody a byte of it",
    async (_, route) => {
      const { url } = await openShop();
      expect(await shownBy(url, route, tokens, victim)).toEqual([]);
    },
  );

  test("is what it was before", async () => {
    expect(await victim.rows()).toEqual(before);
  });

  test.each(ofUsers.map((route): [string, Route] => [route.name, route]))(
    "%s is there for its owner",
    async (_, route) => {
      const { url } = await openShop();
      const statuses: number[] = [];
      for (const thing of victim.things) {
        const { status } = await ask(url, route, thing, victim.token);
        if (![401, 403, 404].includes(status)) return;
        statuses.push(status);
      }
      expect(statuses).toContain(200);
    },
  );
});

describe("where statements do not ask whose it is", () => {
  let close = async () => {};
  afterAll(() => close());

  test("the matrix finds it", async () => {
    const { url, stop } = await startWithoutOwners();
    close = stop;
    const other = await newVictim();
    const found = new Set<string>();
    for (const route of ofUsers) if ((await leaksAt(url, route, tokens, other)).length > 0) found.add(route.name);
    expect([...found].toSorted()).toEqual(ofUsers.map(({ name }) => name).toSorted());
    const orders = lists.filter(({ name }) => name === "GET /v1/orders");
    for (const route of orders) expect(await shownBy(url, route, tokens, other)).not.toEqual([]);
  }, 60_000);
});

/** The shop by a database that believes every row to be the caller's. */
async function startWithoutOwners() {
  const { env } = await openShop();
  const proxy = await startPostgresProxy(env.DATABASE_URL ?? "", {
    rewrite: (statement) => statement.replace(/((?:"?\w+"?\.)*"?user_id"?) = (\$\d+|k\.user_id)/g, "($1 = $2 or true)"),
  });
  const DATABASE_URL = proxy.through(env.DATABASE_URL ?? "");
  const deps = openTestDeps(readConfig({ ...env, DATABASE_URL, DATABASE_REPLICA_URLS: "" }));
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: (request) => app.fetch(request, deps) });
  const stop = async () => {
    await server.stop(true);
    await deps.close();
    proxy.stop();
  };
  return { url: server.url.origin, stop };
}
