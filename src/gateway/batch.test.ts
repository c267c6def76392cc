import { describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { type Answer, call, newProduct, newUser } from "../../tests/support/client.ts";
import { openShop, openTestDeps } from "../../tests/support/shop.ts";
import { app } from "../app.ts";

interface Part {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const get = (id: string, path: string, headers = {}): Part => ({ id, method: "GET", path, headers });

function batch(requests: readonly Part[], token?: string): Promise<Answer> {
  return call("POST", "/v1/batch", { body: { requests }, ...(token === undefined ? {} : { token }) });
}

const statuses = ({ body }: Answer) => body.responses.map(({ id, status }: Part & Answer) => [id, status]);
const slugs = ({ body }: Answer) =>
  body.responses.map(({ body: of }: Answer) =>
    String(of?.type ?? "none")
      .split("/")
      .at(-1),
  );

describe("a batch", () => {
  test("answers each part in its place as the shop answers that request alone", async () => {
    const { token } = await newUser();
    const paths = ["/v1/products?limit=2&sort=name", "/v1/users/me", "/v1/nothing", "/v1/orders?limit=0", "/healthz"];
    const answer = await batch(
      paths.map((path) => get(path, path)),
      token,
    );
    expect(answer.status).toBe(200);
    const alone = await Promise.all(paths.map((path) => call("GET", path, { token })));
    expect(answer.body.responses.map(({ id }: Part) => id)).toEqual(paths);
    for (const [index, { status, headers, body }] of answer.body.responses.entries()) {
      expect(status).toBe(alone[index]?.status);
      expect(headers["content-type"]).toBe(alone[index]?.headers.get("content-type"));
      expect({ ...body, requestId: "" }).toEqual({ ...alone[index]?.body, requestId: "" });
    }
  });

  test("is open to anyone, and each part has the rights of whoever sent it", async () => {
    const parts = [get("list", "/v1/products?limit=1"), get("me", "/v1/users/me"), get("all", "/v1/admin/orders")];
    expect(statuses(await batch(parts))).toEqual([
      ["list", 200],
      ["me", 401],
      ["all", 401],
    ]);
    const { token } = await newUser();
    expect(statuses(await batch(parts, token))).toEqual([
      ["list", 200],
      ["me", 200],
      ["all", 403],
    ]);
    expect(statuses(await batch(parts, "garbage"))).toEqual([
      ["list", 200],
      ["me", 401],
      ["all", 401],
    ]);
  });

  test("does what stands in it in order: what stands behind a write sees it, and so does who brings its token", async () => {
    const { token } = await newUser();
    const rename = (name: string): Part => ({ id: name, method: "PATCH", path: "/v1/users/me", body: { name } });
    const me = get("me", "/v1/users/me");
    const answer = await batch([me, rename("First"), me, rename("Second"), me, me], token);
    const names = answer.body.responses.map(({ body }: Answer) => body.name);
    expect(names).toEqual(["Test Buyer", "First", "First", "Second", "Second", "Second"]);
    const seen = answer.headers.get("consistency-token") ?? "";
    expect(seen).not.toBe("");
    const after = await call("GET", "/v1/users/me", { token, headers: { "Consistency-Token": seen } });
    expect(after.body.name).toBe("Second");
  });

  test("places orders under keys of their own, once each, however often it is sent", async () => {
    const { token } = await newUser();
    const [sku = ""] = await newProduct(10);
    const keys = [randomUUID(), randomUUID()];
    const orders = keys.map(
      (key): Part => ({
        id: key,
        method: "POST",
        path: "/v1/orders",
        headers: { "idempotency-key": key },
        body: { lines: [{ sku, quantity: 1 }] },
      }),
    );
    const [first, again] = [await batch(orders, token), await batch(orders, token)];
    const ids = ({ body }: Answer) => body.responses.map(({ body: { id } }: Answer) => id);
    expect(statuses(first).map(([, status]: [string, number]) => status)).toEqual([201, 201]);
    expect(ids(again)).toEqual(ids(first));
    expect(again.body.responses[0].headers["idempotency-replayed"]).toBe("true");
    const { sql } = await openShop();
    expect([...(await sql`select reserved from checks.stock where sku = ${sku}`)]).toEqual([{ reserved: 2 }]);
  });

  test.each([
    ["POST", "/v1/sessions"],
    ["GET", "/v1/sessions"],
    ["POST", "/v1/sess%69ons"],
    ["POST", "/v1/x/../sessions"],
    ["POST", "/v1/sessions/refresh?x=1"],
    ["DELETE", "/v1/sessions/current"],
    ["POST", "/v1/users"],
    ["POST", "/v1/password-resets"],
    ["PUT", "/v1/password-resets"],
    ["POST", "/v1/email-verifications"],
    ["POST", "/v1/email-verifications/confirm"],
    ["POST", "/v1/products/imports"],
    ["GET", `/v1/orders/${randomUUID()}/events`],
    ["HEAD", `/v1/orders/${randomUUID()}/events`],
    ["POST", "/v1/events/orders"],
    ["POST", "/v1/events/orders/failures"],
    ["POST", "/v1/webhooks/sandbox"],
    ["POST", "/v1/batch"],
  ])("refuses %s %s in its place and answers the rest", async (method, path) => {
    const { token } = await newUser();
    const answer = await batch([{ id: "refused", method, path, body: {} }, get("me", "/v1/users/me")], token);
    expect(statuses(answer)).toEqual([
      ["refused", 422],
      ["me", 200],
    ]);
    expect(slugs(answer)[0]).toBe("not-in-batch");
  });

  test.each([
    ["nothing", [], "requests"],
    ["too much", Array(21).fill(get("a", "/healthz")), "requests"],
    ["a header of another name", [get("a", "/healthz", { Cookie: "x" })], "requests.0.headers.Cookie"],
    ["a header that would be two", [get("a", "/healthz", { Prefer: "a\r\nX: b" })], "requests.0.headers.Prefer"],
    ["another host", [get("a", "https://elsewhere.example/")], "requests.0.path"],
    ["another field", [{ ...get("a", "/healthz"), cookies: {} }], "requests.0.cookies"],
    ["another method", [{ ...get("a", "/healthz"), method: "CONNECT" }], "requests.0.method"],
  ])("that asks for %s is refused as a whole", async (_what, requests, path) => {
    const { status, body } = await batch(requests as Part[]);
    expect([status, body.errors?.[0]?.path]).toEqual([422, path]);
  });

  test("spends the limits of each part, of the user and of his address, and answers 429 in the part's place", async () => {
    const { config } = await openShop();
    const { token } = await newUser();
    const limited = { ...openTestDeps({ ...config, RATE_LIMIT_SCALE: 0.02 }), clientAddress: () => "198.51.100.77" };
    const requests = [
      ...Array.from({ length: 15 }, (_, n) => get(String(n), "/v1/users/me")),
      get("list", "/v1/products?limit=1"),
    ];
    const send = async () => {
      const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
      const body = JSON.stringify({ requests });
      const answer = await app.request("/v1/batch", { method: "POST", headers, body }, limited);
      return { status: answer.status, body: (await answer.json()) as Answer["body"] };
    };
    if (60_000 - (Date.now() % 60_000) < 5_000) await Bun.sleep(5_100);
    const { body } = await send();
    const of = body.responses.map(({ status, body: { policy } }: Answer) => (status === 429 ? policy : status));
    expect(of).toEqual([...Array(12).fill(200), "user", "user", "user", 200]);
    // 17 of the address's 24 are spent.
    const { body: more } = await send();
    expect(more.responses.map(({ body: { policy } }: Answer) => policy)).toEqual([
      ...Array(6).fill("user"),
      ...Array(10).fill("address"),
    ]);
    expect((await send()).status).toBe(429);
    await limited.close();
  });
});
