import { randomUUID } from "node:crypto";
import { openShop } from "./shop.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects of any answer.
  readonly body: any;
}

interface CallOptions {
  readonly token?: string;
  readonly key?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request to the shop of this test run, over real HTTP. */
export async function call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
  const { url } = await openShop();
  return callAt(url, method, path, options);
}

export async function callAt(url: string, method: string, path: string, options: CallOptions = {}): Promise<Answer> {
  const { token, key, body, headers } = options;
  const response = await fetch(url + path, {
    method,
    redirect: "manual",
    signal: AbortSignal.timeout(20_000),
    headers: {
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(key === undefined ? {} : { "Idempotency-Key": key }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get("content-type") ?? "") && text !== "";
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

export interface User {
  readonly id: string;
  readonly email: string;
  readonly token: string;
}

export async function newUser(): Promise<User> {
  const email = `test-${randomUUID()}@example.com`;
  const password = `pass-${randomUUID()}`;
  const registered = await call("POST", "/v1/users", { body: { email, password, name: "Test Buyer" } });
  if (registered.status !== 201) throw new Error(`not registered: ${JSON.stringify(registered.body)}`);
  return { id: registered.body.id, email, token: await logIn(email, password) };
}

export async function logIn(email: string, password: string): Promise<string> {
  const session = await call("POST", "/v1/sessions", { body: { email, password } });
  if (session.status !== 201) throw new Error(`not logged in: ${JSON.stringify(session.body)}`);
  return session.body.accessToken;
}

let admin: Promise<string> | undefined;

export function adminToken(): Promise<string> {
  admin ??= logIn("admin@headroom.local", "headroom-admin");
  return admin;
}

/** A product of the test's own: one SKU for each stock given, on sale when this returns. Prices are 1000, 1001, … */
export async function newProduct(...stocks: number[]): Promise<string[]> {
  const { sql } = await openShop();
  const token = await adminToken();
  const id = randomUUID();
  const skus = stocks.map((_, index) => `T-${id.slice(-12)}-${index}`);
  const variants = skus.map((sku, index) => ({
    sku,
    name: `V${index}`,
    price: { amount: 1000 + index, currency: "USD" },
  }));
  const body = {
    slug: `t-${id.slice(-12)}`,
    name: "Test thing",
    description: "For a test.",
    category: "tests",
    variants,
  };
  const made = await call("PUT", `/v1/products/${id}`, { token, body });
  if (made.status !== 201) throw new Error(`no product: ${JSON.stringify(made.body)}`);
  for (const [index, onHand] of stocks.entries())
    await call("PUT", `/v1/stock/${skus[index]}`, { token, body: { onHand } });
  await eventually(async () => {
    const [row] = await sql`select count(*)::int as count from orders.prices where product_id = ${id} and active`;
    return row?.count === stocks.length;
  });
  return skus;
}

export function placeOrder(
  token: string,
  lines: [sku: string, quantity: number][],
  key = randomUUID(),
): Promise<Answer> {
  return call("POST", "/v1/orders", {
    token,
    key,
    body: { lines: lines.map(([sku, quantity]) => ({ sku, quantity })) },
  });
}

export function payOrder(token: string, orderId: string, paymentMethod = "pm_ok", key = randomUUID()): Promise<Answer> {
  return call("POST", `/v1/orders/${orderId}/payments`, { token, key, body: { paymentMethod } });
}

/** Until `holds` answers something true, which is answered; throws when it takes longer than `withinMs`. */
export async function eventually<T>(
  holds: () => Promise<T | false | undefined>,
  withinMs = 10_000,
): Promise<Exclude<T, false | undefined>> {
  const start = Date.now();
  for (;;) {
    const answer = await holds();
    if (answer) return answer as Exclude<T, false | undefined>;
    if (Date.now() - start > withinMs) throw new Error(`not within ${withinMs} ms`);
    await Bun.sleep(20);
  }
}

/** Runs the jobs, at most `width` at once, and answers their answers in order. */
export async function pool<T>(jobs: readonly (() => Promise<T>)[], width: number): Promise<T[]> {
  const answers: T[] = [];
  let next = 0;
  const worker = async () => {
    while (next < jobs.length) {
      const index = next++;
      const job = jobs[index];
      if (job) answers[index] = await job();
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return answers;
}
