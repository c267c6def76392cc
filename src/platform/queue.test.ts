import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { SignJWT } from "jose";
import { databaseDeps } from "../../tests/support/database-deps.ts";
import { openQueue, retrySeconds } from "./queue.ts";

const current = "sig_current_key_of_this_test";
const next = "sig_next_key_of_this_test";
const { config } = databaseDeps("postgres://nobody@127.0.0.1:1/none", [], {
  QSTASH_CURRENT_SIGNING_KEY: current,
  QSTASH_NEXT_SIGNING_KEY: next,
});
const queue = openQueue(config);
const url = "https://shop.example/v1/events/orders";
const body = '{"events":[]}';

describe("a signature of the queue", () => {
  test("is taken from the current and from the next key", async () => {
    expect(await verify({}, current)).toBe(true);
    expect(await verify({}, next)).toBe(true);
    expect(await verify({ exp: seconds(-3) }, current)).toBe(true);
  });

  test.each<[what: string, claims: Record<string, unknown>, key: string]>([
    ["another key", {}, "sig_a_key_of_somebody_else"],
    ["another path", { sub: `${url}/failures` }, current],
    ["another host", { sub: "https://evil.example/v1/events/orders" }, current],
    ["another body", { body: digest("{}") }, current],
    ["another issuer", { iss: "Somebody" }, current],
    ["no end", { exp: undefined }, current],
    ["no path", { sub: undefined }, current],
    ["no body", { body: undefined }, current],
    ["an end long ago", { exp: seconds(-60) }, current],
    ["a begin to come", { nbf: seconds(60) }, current],
  ])("is refused with %s", async (_, claims, key) => {
    expect(await verify(claims, key)).toBe(false);
  });

  test("is refused where it is none", async () => {
    for (const signature of ["", "x", "a.b.c", `${await sign({}, current)}x`])
      expect(await queue.verify({ signature, body, url })).toBe(false);
  });
});

test("a database that is away is waited for as long as the queue itself would wait", () => {
  expect([0, 1, 2, 3, 4, 5].map(retrySeconds)).toEqual([1, 6, 36, 216, 1296, 3600]);
});

async function verify(claims: Record<string, unknown>, key: string): Promise<boolean> {
  return queue.verify({ signature: await sign(claims, key), body, url });
}

/** As QStash signs (upstash docs, qstash/howto/signature), with these claims instead. */
async function sign(claims: Record<string, unknown>, key: string): Promise<string> {
  const usual = { iss: "Upstash", sub: url, iat: seconds(0), nbf: seconds(0), exp: seconds(300), body: digest(body) };
  const payload = Object.fromEntries(
    Object.entries({ ...usual, ...claims }).filter(([, value]) => value !== undefined),
  );
  return new SignJWT(payload).setProtectedHeader({ alg: "HS256", typ: "JWT" }).sign(new TextEncoder().encode(key));
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

function seconds(fromNow: number): number {
  return Math.floor(Date.now() / 1000) + fromNow;
}
