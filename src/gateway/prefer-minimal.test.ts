import { expect, test } from "bun:test";
import { call } from "../../tests/support/client.ts";

test("an answer without its body, as one client preferred it, is kept by no shared cache", async () => {
  const whole = await call("GET", "/v1/products?limit=1");
  expect(whole.headers.get("cache-control")).toStartWith("public");
  const minimal = await call("GET", "/v1/products?limit=1", { headers: { Prefer: "return=minimal" } });
  expect([minimal.status, minimal.body, minimal.headers.get("preference-applied")]).toEqual([
    200,
    "",
    "return=minimal",
  ]);
  expect(minimal.headers.get("cache-control")).toBe("private, no-store");
  expect(minimal.headers.get("cdn-cache-control")).toBeNull();
});
