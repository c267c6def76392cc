import { describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { adminToken, call, newProduct, newUser, placeOrder } from "../../tests/support/client.ts";
import { openShop, openTestDeps } from "../../tests/support/shop.ts";
import { app } from "../app.ts";

const slug = (answer: { body: { type: string } }) => answer.body.type.split("/").at(-1);

describe("the order of refusals", () => {
  test("an unknown path comes before a header that cannot be read, a missing token too, then the header", async () => {
    const headers = { "Read-Consistency": "fresh" };
    const { token } = await newUser();
    expect(slug(await call("GET", "/v1/nowhere", { headers }))).toBe("not-found");
    expect(slug(await call("GET", "/v1/orders", { headers }))).toBe("unauthenticated");
    const refused = await call("GET", "/v1/orders", { token, headers });
    expect([refused.status, slug(refused)]).toEqual([400, "header-invalid"]);
    expect(refused.body.errors[0].path).toBe("header.Read-Consistency");
    expect(slug(await call("GET", "/v1/products", { headers }))).toBe("header-invalid");
  });

  test("media type, size, JSON and shape, in this order", async () => {
    const { url } = await openShop();
    const { token } = await newUser();
    const post = async (body: string | ReadableStream, type = "application/json") => {
      const headers = { Authorization: `Bearer ${token}`, "Content-Type": type, "Idempotency-Key": randomUUID() };
      const answer = await fetch(`${url}/v1/orders`, { method: "POST", headers, body });
      return slug({ body: (await answer.json()) as { type: string } });
    };
    const huge = `{"lines": "${"x".repeat(1_100_000)}`;
    expect(await post(huge, "text/plain")).toBe("unsupported-media-type");
    expect(await post(huge)).toBe("body-too-large");
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new TextEncoder().encode("x".repeat(100_000))),
    });
    expect(await post(endless)).toBe("body-too-large");
    expect(await post('{"lines":')).toBe("malformed-request");
    expect(await post('{"lines":[],"price":1}')).toBe("invalid-request");
    expect(await post("[]")).toBe("invalid-request");
  });
});

describe("what a body may hold", () => {
  test("is 1 MiB to the byte, with or without a length, and a line of an import 64 KiB", async () => {
    const { url } = await openShop();
    const { token } = await newUser();
    const patch = (bytes: number, inChunks: boolean) => {
      const text = '{"name": "Just Fits"}'.padEnd(bytes);
      const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
      const body = inChunks ? new Blob([text]).stream() : text;
      return fetch(`${url}/v1/users/me`, { method: "PATCH", headers, body }).then(({ status }) => status);
    };
    const mebibyte = 1024 * 1024;
    for (const inChunks of [false, true])
      expect([await patch(mebibyte, inChunks), await patch(mebibyte + 1, inChunks)]).toEqual([200, 413]);
    const lines = [64 * 1024, 64 * 1024 + 1].map((bytes) => '{"slug": "x"}'.padEnd(bytes));
    const headers = { Authorization: `Bearer ${await adminToken()}`, "Content-Type": "application/x-ndjson" };
    const sent = await fetch(`${url}/v1/products/imports`, { method: "POST", headers, body: lines.join("\n") });
    const { failed } = (await sent.json()) as { failed: { line: number; problem: { type: string } }[] };
    expect(failed.map(({ line, problem }) => [line, slug({ body: problem })])).toEqual([
      [1, "invalid-request"],
      [2, "body-too-large"],
    ]);
  });
});

describe("what a header may hold", () => {
  const bounded = (name: string, value: string, token?: string) =>
    call("GET", "/v1/orders?limit=1", { headers: { [name]: value }, ...(token === undefined ? {} : { token }) });

  test("is bounded: a key, a token, a list of tokens, and all headers together", async () => {
    const { token } = await newUser();
    const [sku = ""] = await newProduct(2);
    const order = (key: string) => call("POST", "/v1/orders", { token, key, body: { lines: [{ sku, quantity: 1 }] } });
    expect((await order("k".repeat(255))).status).toBe(201);
    expect(slug(await order("k".repeat(256)))).toBe("idempotency-key-invalid");
    expect(slug(await bounded("Authorization", `Bearer ${"x".repeat(4_097)}`))).toBe("unauthenticated");
    // More tokens than are looked at mean the primary, never an error.
    expect((await bounded("Consistency-Token", Array(200).fill("main:1:0/1").join(), token)).status).toBe(200);
    expect((await bounded("X-Anything", "x".repeat(64 * 1024), token)).status).toBe(431);
  });
});

describe("every answer", () => {
  test("carries the caller's request id where it is well-formed, else a new one", async () => {
    const given = await call("GET", "/healthz", { headers: { "X-Request-Id": "my-request.1" } });
    expect(given.headers.get("x-request-id")).toBe("my-request.1");
    const bad = await call("GET", "/healthz", { headers: { "X-Request-Id": "bad id" } });
    expect(bad.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("of a write may come without its body, if the client prefers", async () => {
    const { token } = await newUser();
    const [sku = ""] = await newProduct(2);
    const body = { lines: [{ sku, quantity: 1 }] };
    const answer = await call("POST", "/v1/orders", {
      token,
      key: randomUUID(),
      body,
      headers: { Prefer: "return=minimal" },
    });
    expect([answer.status, answer.body, answer.headers.get("preference-applied")]).toEqual([201, "", "return=minimal"]);
    expect(answer.headers.get("location")).toStartWith("/v1/orders/");
  });

  test("says which server answered only where the operator wants it", async () => {
    const { token } = await newUser();
    const { config } = await openShop();
    const deps = openTestDeps({ ...config, EXPOSE_INTERNALS: true });
    const headers = { Authorization: `Bearer ${token}`, "Read-Consistency": "strong" };
    const exposed = await app.request("/v1/orders", { headers }, deps);
    await deps.close();
    expect(exposed.headers.get("served-by")).toBe("primary");
    expect((await call("GET", "/v1/orders", { token })).headers.has("served-by")).toBe(false);
  });

  test("lets pages of the configured origins read it, and no others", async () => {
    const { config } = await openShop();
    const deps = openTestDeps({ ...config, CORS_ORIGINS: ["https://shop.example"] });
    const from = (Origin: string, method = "GET") =>
      app.request("/v1/products?limit=1", { method, headers: { Origin } }, deps);
    const ours = await from("https://shop.example");
    const theirs = await from("https://evil.example");
    const preflight = await from("https://shop.example", "OPTIONS");
    await deps.close();
    expect(ours.headers.get("access-control-allow-origin")).toBe("https://shop.example");
    expect(theirs.headers.has("access-control-allow-origin")).toBe(false);
    expect(ours.headers.get("access-control-allow-credentials")).toBe("true");
    expect(ours.headers.get("vary")).toContain("Origin");
    expect([preflight.status, preflight.headers.get("access-control-allow-methods")]).toEqual([
      204,
      "GET,HEAD,POST,PUT,PATCH,DELETE",
    ]);
  });

  test("to HEAD is the same without a body", async () => {
    const { url } = await openShop();
    const answer = await fetch(`${url}/v1/categories`, { method: "HEAD" });
    expect([answer.status, await answer.text(), answer.headers.has("etag")]).toEqual([200, "", true]);
  });
});

describe("a list's cursor", () => {
  test("is bound to its list alone: what nobody knows in a query is no part of it, a changed byte spoils it", async () => {
    const { token } = await newUser();
    const [sku = ""] = await newProduct(5);
    for (let n = 0; n < 3; n++) await placeOrder(token, [[sku, 1]]);
    const headers = { "Read-Consistency": "strong" };
    const first = await call("GET", "/v1/orders?limit=1&utm=mail", { token, headers });
    expect(first.headers.get("link")).not.toContain("utm");
    const cursor: string = first.body.nextCursor;
    expect((await call("GET", `/v1/orders?limit=1&cursor=${cursor}`, { token, headers })).status).toBe(200);
    const forged = `${cursor.split(".")[0]}.${Buffer.from('["x"]').toString("base64url")}`;
    const spoilt = cursor.slice(0, -1) + (cursor.endsWith("A") ? "B" : "A");
    for (const bad of [forged, spoilt, "x", "."])
      expect(slug(await call("GET", `/v1/orders?cursor=${bad}`, { token, headers }))).toBe("cursor-invalid");
  });
});
