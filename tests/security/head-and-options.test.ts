import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { app } from "../../src/app.ts";
import { adminToken, call } from "../support/client.ts";
import { operationsOfDocument } from "../support/operations.ts";
import { openShop, openTestDeps } from "../support/shop.ts";

const operations = await operationsOfDocument();

describe("HEAD", () => {
  const reads = operations.filter(({ method }) => method === "GET");

  test.each(reads)("of $path is answered as GET is, without a body", async ({ path: template }) => {
    const token = await adminToken();
    const path = template.replace(/\{\w+\}/g, randomUUID());
    const [got, headed] = [await call("GET", path, { token }), await call("HEAD", path, { token })];
    expect([headed.status, headed.body]).toEqual([got.status, ""]);
    const own = ["date", "content-length", "x-request-id", "ratelimit", "cache-status", "transfer-encoding"];
    const rest = (headers: Headers) => Object.fromEntries([...headers].filter(([header]) => !own.includes(header)));
    expect(rest(headed.headers)).toEqual(rest(got.headers));
  });

  test("goes to no route that only takes other methods", async () => {
    expect((await call("HEAD", "/v1/sessions/refresh")).status).toBe(405);
  });
});

describe("OPTIONS", () => {
  const paths = [...new Set(operations.map(({ path }) => path.replace(/\{\w+\}/g, "some")))];

  let deps: ReturnType<typeof openTestDeps>;
  beforeAll(async () => {
    const { config } = await openShop();
    deps = openTestDeps({ ...config, CORS_ORIGINS: ["https://shop.example"] });
  });
  afterAll(() => deps.close());

  test.each(paths)("of %s says what it takes, and lets pages of the configured origins call it", async (path) => {
    const preflight = (origin: string) =>
      app.request(
        path,
        { method: "OPTIONS", headers: { Origin: origin, "Access-Control-Request-Method": "PUT" } },
        deps,
      );
    const [ours, theirs] = [await preflight("https://shop.example"), await preflight("https://evil.example")];
    expect([ours.status, theirs.status]).toEqual([204, 204]);
    expect(ours.headers.get("allow")).toEndWith("OPTIONS");
    expect(ours.headers.get("access-control-allow-origin")).toBe("https://shop.example");
    expect(ours.headers.get("access-control-allow-headers")).toContain("Idempotency-Key");
    expect([...theirs.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  });
});
