import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { app } from "../../src/app.ts";
import { adminToken, call, newProduct, newUser } from "../support/client.ts";
import { type Operation, operationsOfDocument } from "../support/operations.ts";
import { openShop, openTestDeps } from "../support/shop.ts";

/** What a request may deserve, in the order in which the contract's first rule refuses. */
const order = [
  "the limit of the address",
  "an unknown path",
  "a method that the path does not take",
  "a token whose session has ended",
  "the role of a customer",
  "the limit of the user",
  "another media type",
  "a body of more than 1 MiB",
  "a body that is no JSON",
  "no Idempotency-Key",
  "a cursor that is none",
  "a shape that is not allowed",
  "an id that nothing has",
] as const;
type Reason = (typeof order)[number];

const slugOf: Readonly<Record<Reason, string>> = {
  "the limit of the address": "rate-limited address",
  "an unknown path": "not-found",
  "a method that the path does not take": "method-not-allowed",
  "a token whose session has ended": "session-revoked",
  "the role of a customer": "forbidden",
  "the limit of the user": "rate-limited user",
  "another media type": "unsupported-media-type",
  "a body of more than 1 MiB": "body-too-large",
  "a body that is no JSON": "malformed-request",
  "no Idempotency-Key": "idempotency-key-missing",
  "a cursor that is none": "cursor-invalid",
  "a shape that is not allowed": "invalid-request",
  "an id that nothing has": "not-found",
};

const operations: readonly Operation[] = await operationsOfDocument();

/** Never refused for load; or (a monitor's page) by a token of its own. */
const apart = ["GET /healthz", "GET /readyz", "POST /v1/webhooks/{provider}", "GET /metrics"];
const tried = operations.filter(({ name }) => !apart.includes(name));

/** A body that is right, where it goes to a thing that must be there. A route that is not here fails the suite. */
const bodies: Readonly<Record<string, object>> = {
  "PATCH /v1/admin/users/{id}": { disabled: false },
  "PATCH /v1/notifications/{id}": { read: true },
  "PATCH /v1/webhook-endpoints/{id}": { enabled: false },
  "POST /v1/orders/{id}/deliveries": {},
  "POST /v1/orders/{id}/payments": { paymentMethod: "pm_ok" },
  "POST /v1/orders/{id}/shipments": {},
  "POST /v1/payments/{id}/refunds": {},
  "POST /v1/stock/{sku}/adjustments": { delta: 1, reason: "found" },
};

/** What of the order can befall the operation. */
function reasonsOf({ name, method, path, security, parameters = [], requestBody, responses }: Operation): Reason[] {
  const has = (place: string, of: string) => parameters.some((one) => one.in === place && one.name === of);
  const isJson = requestBody !== undefined && "application/json" in requestBody.content;
  const applies: Readonly<Record<Reason, boolean>> = {
    "the limit of the address": true,
    // It excludes all that is said of a path: it has a test of its own.
    "an unknown path": false,
    "a method that the path does not take": true,
    "a token whose session has ended": security !== undefined,
    "the role of a customer": security !== undefined && "403" in responses,
    "the limit of the user": security !== undefined,
    "another media type": requestBody !== undefined,
    "a body of more than 1 MiB": isJson,
    "a body that is no JSON": isJson,
    "no Idempotency-Key": has("header", "Idempotency-Key"),
    "a cursor that is none": method === "GET" && has("query", "cursor"),
    "a shape that is not allowed": isJson || has("query", "limit"),
    "an id that nothing has": path.includes("{") && "404" in responses && (!isJson || name in bodies),
  };
  return order.filter((reason) => applies[reason]);
}

let customer = "";
let admin = "";
let ended = "";
let fresh: ReturnType<typeof openTestDeps>;
let narrow: ReturnType<typeof openTestDeps>;

beforeAll(async () => {
  const { config } = await openShop();
  [customer, ended, admin] = [(await newUser()).token, (await newUser()).token, await adminToken()];
  fresh = openTestDeps(config);
  // One request a minute, of a user as of an address.
  narrow = openTestDeps({ ...config, RATE_LIMIT_SCALE: 0.001 });
  await ask(narrow, "/v1/users/me", { headers: bearer(ended) });
  await call("DELETE", "/v1/sessions/current", { token: ended });
  // An instance may believe in a session for a second.
  await Bun.sleep(1_100);
});
afterAll(() => Promise.all([fresh.close(), narrow.close()]));

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

type Init = Omit<RequestInit, "headers"> & { readonly headers: Record<string, string> };

let addresses = 0;
const nextAddress = () => `203.0.113.${++addresses}:${randomUUID()}`;

async function ask(deps: typeof fresh, path: string, init: Init, address = nextAddress()): Promise<string> {
  const answer = await app.request(path, init, { ...deps, clientAddress: () => address });
  const text = await answer.text();
  if (!answer.headers.get("content-type")?.startsWith("application/problem+json")) return String(answer.status);
  const { type, policy } = JSON.parse(text) as { type: string; policy?: string };
  return [type.split("/problems/")[1], policy].filter((word) => word !== undefined).join(" ");
}

/** How the request is refused that deserves it for these reasons and, of what the operation may refuse for, no earlier. */
async function refusalOf(operation: Operation, reasons: readonly Reason[]): Promise<string> {
  const because = (reason: Reason) => reasons.includes(reason);
  const isNarrow = because("the limit of the address") || because("the limit of the user");
  const token = because("a token whose session has ended")
    ? ended
    : because("the role of a customer") || !("403" in operation.responses)
      ? customer
      : admin;
  const address = nextAddress();
  const deps = isNarrow ? narrow : fresh;
  if (because("the limit of the user")) await ask(narrow, "/v1/users/me", { headers: bearer(token) });
  if (because("the limit of the address")) await ask(narrow, "/v1/nowhere", { headers: {} }, address);
  const query = [
    ...(because("a cursor that is none") ? ["cursor=none"] : []),
    ...(because("a shape that is not allowed") && operation.method === "GET" ? ["limit=0"] : []),
  ];
  const id = operation.path.includes("{sku}") ? `none-${randomUUID()}` : randomUUID();
  const path = `${operation.path.replace(/\{\w+\}/g, id)}?${query.join("&")}`;
  const headers = {
    ...(operation.security === undefined ? {} : bearer(token)),
    ...(because("no Idempotency-Key") ? {} : { "Idempotency-Key": randomUUID() }),
    ...(operation.requestBody === undefined
      ? {}
      : { "Content-Type": because("another media type") ? "text/plain" : "application/json" }),
  };
  const method = because("a method that the path does not take") ? "PURGE" : operation.method;
  const body = operation.requestBody === undefined || method === "PURGE" ? {} : { body: bodyFor(operation, because) };
  return await ask(deps, path, { method, headers, ...body }, address);
}

function bodyFor({ name }: Operation, because: (reason: Reason) => boolean): string {
  const text = because("a body that is no JSON")
    ? '{"half":'
    : JSON.stringify(because("a shape that is not allowed") ? { unknown: true } : (bodies[name] ?? {}));
  return because("a body of more than 1 MiB") ? text.padEnd(1024 * 1024 + 1) : text;
}

/** Limits are of a minute by the clock: where one began meanwhile, it is asked again. */
async function inOneMinute(work: () => Promise<string>): Promise<string> {
  for (;;) {
    const minute = Math.floor(Date.now() / 60_000);
    const answer = await work();
    if (Math.floor(Date.now() / 60_000) === minute) return answer;
  }
}

const pairs = tried.flatMap((operation) => {
  const reasons = reasonsOf(operation);
  return reasons.slice(1).map((later, index) => {
    const earlier = reasons[index] as Reason;
    return { name: operation.name, earlier, later, operation };
  });
});

describe("a request that deserves two refusals gets the earlier one", () => {
  test("an unknown path: after the limit of the address, before any token", async () => {
    const address = nextAddress();
    const headers = bearer("garbage");
    expect(await ask(fresh, "/v1/nowhere", { headers })).toBe("not-found");
    await ask(narrow, "/v1/nowhere", { headers }, address);
    expect(await inOneMinute(() => ask(narrow, "/v1/nowhere", { headers }, address))).toBe("rate-limited address");
  });

  test.each(pairs)("$name: $earlier before $later", async ({ operation, earlier, later }) => {
    expect(await inOneMinute(() => refusalOf(operation, [later]))).toBe(slugOf[later]);
    expect(await inOneMinute(() => refusalOf(operation, [earlier, later]))).toBe(slugOf[earlier]);
  });

  test("all operations of the document are tried, but those that nobody's load or login may stop", () => {
    expect(operations.length).toBeGreaterThan(50);
    expect(apart.filter((name) => !operations.some((operation) => operation.name === name))).toEqual([]);
    // PUT makes what is not there.
    const needs = ({ method, path, requestBody, responses }: Operation) =>
      method !== "PUT" &&
      path.includes("{") &&
      "404" in responses &&
      requestBody !== undefined &&
      "application/json" in requestBody.content;
    const unknown = tried.filter((operation) => needs(operation) && !(operation.name in bodies));
    expect(unknown.map(({ name }) => name)).toEqual([]);
  });
});

describe("what concerns a thing that is there", () => {
  const price = { amount: 1_000, currency: "USD" };

  test("an unreadable If-Match comes before a missing one is missed, that before the lost update, that before a taken slug", async () => {
    const token = await adminToken();
    const [id, other] = [randomUUID(), randomUUID()];
    const bodyOf = (slug: string) => ({
      ...{ slug, name: "A thing", description: "", category: "tests" },
      variants: [{ sku: `R-${id.slice(-12)}-${slug.slice(0, 4)}`, name: "V", price }],
    });
    const put = (to: string, slug: string, headers = {}) =>
      call("PUT", `/v1/products/${to}`, { token, body: bodyOf(slug), headers });
    const [mine, taken] = [`mine-${id.slice(-12)}`, `take-${id.slice(-12)}`];
    expect([(await put(id, mine)).status, (await put(other, taken)).status]).toEqual([201, 201]);
    expect((await put(id, taken)).status).toBe(428);
    expect((await put(id, taken, { "If-Match": "none" })).status).toBe(400);
    expect((await put(id, taken, { "If-Match": '"99"' })).status).toBe(412);
    expect((await put(id, taken, { "If-Match": '"1"' })).status).toBe(409);
  });

  test("a count that differs from the expected one comes before one that is below what is reserved", async () => {
    const token = await adminToken();
    const { token: buyer } = await newUser();
    const [sku = ""] = await newProduct(5);
    const lines = [{ sku, quantity: 3 }];
    expect((await call("POST", "/v1/orders", { token: buyer, key: randomUUID(), body: { lines } })).status).toBe(201);
    const count = (body: object) => call("PUT", `/v1/stock/${sku}`, { token, body }).then(({ status }) => status);
    expect(await count({ onHand: 1, expectedOnHand: 4 })).toBe(412);
    expect(await count({ onHand: 1, expectedOnHand: 5 })).toBe(409);
    expect(await count({ onHand: -1, expectedOnHand: 4 })).toBe(422);
  });
});
