import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import { app } from "../../src/app.ts";
import type { Config } from "../../src/platform/config.ts";
import { sha256 } from "../../src/platform/hash.ts";
import { type Hop, hopHeader, hopsMax, signHop, verifyHop } from "../../src/platform/hop.ts";
import { callAt } from "../support/client.ts";
import { openShop, openTestDeps } from "../support/shop.ts";

const closers: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(closers.map((close) => close())));

let config: Config;
beforeAll(async () => {
  ({ config } = await openShop());
});

/** One more instance of the app, with settings of its own, on loopback. */
function serveInstance(settings: Partial<Config>): string {
  const deps = openTestDeps({ ...config, ...settings });
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: (request) => app.fetch(request, deps) });
  closers.push(() => server.stop(true).then(deps.close));
  return server.url.origin;
}

/** A gateway before an upstream that keeps what it was sent. */
function gatewayBeforeEcho() {
  const heard: { request: Request; body: ArrayBuffer }[] = [];
  const echo = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      heard.push({ request, body: await request.clone().arrayBuffer() });
      return new Response("{}", { headers: { "Consistency-Token": "orders:1:0/1", "X-Other": "kept" } });
    },
  });
  closers.push(() => echo.stop(true));
  const gateway = serveInstance({ SERVICES: new Set(), SERVICE_URLS: { orders: echo.url.origin } });
  return { gateway, heard };
}

describe("a gateway", () => {
  test("passes headers and the raw body unchanged, and signs who asked; the answer comes back whole", async () => {
    const { gateway, heard } = gatewayBeforeEcho();
    const body = '{ "lines" :[],"é": 1 }';
    const sent = {
      "Content-Type": "application/json",
      Authorization: "Bearer of-the-caller",
      "Idempotency-Key": "a-key",
      "Consistency-Token": "main:1:0/1",
      "Read-Consistency": "session",
      "X-Request-Id": "my-request-0002",
      [hopHeader]: "of-the-caller",
    };
    const answer = await fetch(`${gateway}/v1/orders?x=%20y`, { method: "POST", headers: sent, body });
    expect([answer.headers.get("consistency-token"), answer.headers.get("x-other")]).toEqual(["orders:1:0/1", "kept"]);
    const [{ request, body: got } = { request: new Request("http://none"), body: new ArrayBuffer() }] = heard;
    expect(new TextDecoder().decode(got)).toBe(body);
    const { [hopHeader]: _, ...unchanged } = sent;
    for (const [name, value] of Object.entries(unchanged)) expect(request.headers.get(name)).toBe(value);
    const hop = await verifyHop(config, request.headers.get(hopHeader) ?? "", request);
    expect(hop).toMatchObject({ method: "POST", path: "/v1/orders?x=%20y", hops: 1, address: "127.0.0.1" });
  });

  test("ends a request that goes in circles", async () => {
    const urls: Record<"catalog", string> = { catalog: "" };
    const settings = { SERVICES: new Set<never>(), SERVICE_URLS: urls };
    const one = serveInstance(settings);
    urls.catalog = serveInstance({ SERVICES: new Set(), SERVICE_URLS: { catalog: one } });
    const { status, body } = await callAt(one, "GET", "/v1/categories");
    expect([status, body.type.split("/").at(-1)]).toEqual([508, "loop-detected"]);
  });

  test("names the service that it was told no address of", async () => {
    const gateway = serveInstance({ SERVICES: new Set(), SERVICE_URLS: {} });
    const { status, body, headers } = await callAt(gateway, "GET", "/v1/stock");
    expect([status, body.service, headers.get("retry-after")]).toEqual([503, "inventory", "1"]);
  });

  test("passes on that the client of a read went away, not of a write; the service is not blamed for it", async () => {
    let [heard, left, finished] = [0, 0, 0];
    const slow = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: async ({ signal }) => {
        heard++;
        await Bun.sleep(150);
        if (signal.aborted) left++;
        else finished++;
        return new Response("{}");
      },
    });
    closers.push(() => slow.stop(true));
    const gateway = serveInstance({ SERVICES: new Set(), SERVICE_URLS: { orders: slow.url.origin } });
    const leave = (method: string) =>
      fetch(`${gateway}/v1/orders`, { method, signal: AbortSignal.timeout(50) }).catch(() => undefined);
    // More of them than failures that would open the circuit.
    await Promise.all([...Array.from({ length: 8 }, () => leave("GET")), leave("POST")]);
    await Bun.sleep(400);
    expect({ heard, left, finished }).toEqual({ heard: 9, left: 8, finished: 1 });
    expect((await fetch(`${gateway}/v1/orders`)).status).toBe(200);
  });

  test("tells the queue to wait as long as it would by itself for a service that is away", async () => {
    const gateway = serveInstance({ SERVICES: new Set(), SERVICE_URLS: {} });
    const { status, headers } = await callAt(gateway, "POST", "/v1/events/orders", {
      body: { events: [] },
      headers: { "Upstash-Retried": "3" },
    });
    expect([status, headers.get("retry-after")]).toEqual([503, "216"]);
  });
});

describe("a call between services", () => {
  const path = "/internal/ports/orders/payable";
  const asked = JSON.stringify([randomUUID(), randomUUID()]);
  const hop: Hop = { method: "POST", path, hops: 1, body: sha256(asked) };

  async function answerTo(token: string, url: string, body = asked): Promise<number> {
    const headers = { "Content-Type": "application/json", [hopHeader]: token };
    return (await fetch(url, { method: "POST", headers, body })).status;
  }

  test("is answered where it is signed over method, path and body, also with the next secret", async () => {
    const { url } = await openShop();
    expect(await answerTo(await signHop(config, hop), url + path)).toBe(200);
    const next = "the-next-secret-of-this-test";
    const rotating = serveInstance({ INTERNAL_SECRET_NEXT: next });
    expect(await answerTo(await signHop({ ...config, INTERNAL_SECRET: next }, hop), rotating + path)).toBe(200);
  });

  test("is refused where anything of that is different, old, or not there", async () => {
    const { url } = await openShop();
    const signed = await signHop(config, hop);
    const body = JSON.stringify([randomUUID(), randomUUID()]);
    const other = await signHop({ ...config, INTERNAL_SECRET: "another-secret-altogether" }, hop);
    const forwarded = await signHop(config, { method: "POST", path, hops: 1, address: "127.0.0.1" });
    expect(await answerTo(signed, url + path, body)).toBe(401);
    expect(await answerTo(signed, `${url}/internal/ports/orders/statusOf`)).toBe(401);
    expect(await answerTo(other, url + path)).toBe(401);
    expect(await answerTo(forwarded, url + path)).toBe(401);
    expect(await answerTo(await expired(hop), url + path)).toBe(401);
    expect(await answerTo("", url + path)).toBe(401);
  });

  test("is refused, though signed, after more hops than allowed and where its body is no JSON", async () => {
    const { url } = await openShop();
    const call = async (hops: number, body: string) => {
      const token = await signHop(config, { ...hop, hops, body: sha256(body) });
      const answer = await fetch(url + path, { method: "POST", headers: { [hopHeader]: token }, body });
      return [answer.status, answer.ok || ((await answer.json()) as { type: string }).type.split("/").at(-1)];
    };
    expect(await call(hopsMax, asked)).toEqual([200, true]);
    expect(await call(hopsMax + 1, asked)).toEqual([508, "loop-detected"]);
    expect(await call(1, '["half')).toEqual([400, "malformed-request"]);
    expect(await call(1, '["no id"]')).toEqual([400, "malformed-request"]);
  });

  async function expired(claims: Hop): Promise<string> {
    const before = Math.floor(Date.now() / 1000) - 60;
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: "HS256" })
      .setAudience("headroom-internal")
      .setIssuedAt(before)
      .setExpirationTime(before + 30)
      .sign(new TextEncoder().encode(config.INTERNAL_SECRET));
  }
});
