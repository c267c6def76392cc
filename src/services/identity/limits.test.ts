import { describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import {
  type Answer,
  newUser,
  openIdentityShop,
  refusal,
  type ShopInstance,
} from "../../../tests/support/identity-shop.ts";

const shop = await openIdentityShop();
const one = shop.instance();

describe("limits", () => {
  test("a user has so many requests a minute over all instances, and is told where he stands", async () => {
    const pair = [1, 2].map(() => shop.instance({ RATE_LIMIT_SCALE: "0.1" }));
    const { token } = await newUser(one);
    await untilWindowIsYoung();
    const answers = [];
    for (let nth = 0; nth < 66; nth++)
      answers.push(await (pair[nth % 2] as ShopInstance).call("GET", "/v1/users/me", { token, from: "198.51.100.30" }));
    const [first] = answers;
    expect(first?.headers.get("ratelimit-policy")).toBe('"user";q=60;w=60');
    expect(first?.headers.get("ratelimit")).toMatch(/^"user";r=59;t=\d+$/);
    expect(answers.filter(({ status }) => status === 200).length).toBe(60);
    const last = answers.at(-1) as Answer;
    expect(refusal(last)).toEqual([429, "rate-limited"]);
    expect(last.body.policy).toBe("user");
    expect(Number(last.headers.get("retry-after"))).toBeWithin(1, 61);
  }, 20_000);

  test("concurrent requests of one user are neither let through nor refused wrongly", async () => {
    const limited = shop.instance({ RATE_LIMIT_SCALE: "0.1" });
    const { token } = await newUser(one);
    await untilWindowIsYoung();
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => limited.call("GET", "/v1/users/me", { token, from: "198.51.100.31" })),
    );
    expect(answers.filter(({ status }) => status === 200).length).toBe(60);
  }, 20_000);

  test("strong reads have a bound of their own", async () => {
    const limited = shop.instance({ RATE_LIMIT_SCALE: "0.1" });
    const { token } = await newUser(one);
    const headers = { "read-consistency": "strong" };
    const from = "198.51.100.32";
    await untilWindowIsYoung();
    const answers = [];
    for (let nth = 0; nth < 7; nth++) answers.push(await limited.call("GET", "/v1/users/me", { token, headers, from }));
    expect(answers[0]?.headers.get("ratelimit-policy")).toBe('"user";q=60;w=60, "strong";q=6;w=60');
    expect(answers.map(({ status }) => status)).toEqual([...Array(6).fill(200), 429]);
    expect(answers[6]?.body.policy).toBe("strong");
    expect((await limited.call("GET", "/v1/users/me", { token, from })).status).toBe(200);
  }, 20_000);

  test("an address has so many requests a minute, a public answer says nothing of it", async () => {
    const limited = shop.instance({ RATE_LIMIT_SCALE: "0.01" });
    const from = "2001:db8:1:2::a";
    await untilWindowIsYoung();
    const answers = [];
    for (let nth = 0; nth < 13; nth++) answers.push(await limited.call("GET", "/for/anyone", { from }));
    expect(answers.map(({ status }) => status)).toEqual([...Array(12).fill(200), 429]);
    expect(answers[0]?.headers.has("ratelimit")).toBe(false);
    expect(answers[12]?.body.policy).toBe("address");
    const neighbour = await limited.call("GET", "/for/anyone", { from: "2001:db8:1:2:ffff::b" });
    const stranger = await limited.call("GET", "/for/anyone", { from: "2001:db8:1:3::a" });
    expect([neighbour.status, stranger.status]).toEqual([429, 200]);
  }, 20_000);

  test("an address may register 20 accounts an hour", async () => {
    const limited = shop.instance({ RATE_LIMIT_SCALE: "1" });
    const register = () =>
      limited.call("POST", "/v1/users", {
        body: { email: `r-${randomUUID()}@example.com`, password: "a-fine-passphrase", name: "R" },
        from: "198.51.100.20",
      });
    const answers = [];
    for (let nth = 0; nth < 21; nth++) answers.push(await register());
    expect(answers.map(({ status }) => status)).toEqual([...Array(20).fill(201), 429]);
    expect(answers[20]?.body.policy).toBe("registration");
  }, 20_000);

  test("hold for each instance alone while Redis is away, and never answer 5xx", async () => {
    const alone = shop.instance({ RATE_LIMIT_SCALE: "0.01", UPSTASH_REDIS_REST_URL: "http://127.0.0.1:1" });
    await untilWindowIsYoung();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => alone.call("GET", "/for/anyone", { from: "198.51.100.21" })),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200).length).toBe(12);
    expect(statuses.filter((status) => status === 429).length).toBe(8);
  }, 20_000);
});

/** A window of a minute must not end amid the test. */
async function untilWindowIsYoung(): Promise<void> {
  const rest = 60 - (Math.floor(Date.now() / 1000) % 60);
  if (rest < 4) await Bun.sleep(rest * 1000 + 50);
}
