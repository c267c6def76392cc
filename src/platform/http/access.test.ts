import { expect, test } from "bun:test";
import { call, newUser } from "../../../tests/support/client.ts";

test.each([
  ["strong", { "Read-Consistency": "strong" }],
  ["garbage for a token", { "Consistency-Token": "no token at all" }],
  ["a token of an unknown database", { "Consistency-Token": "elsewhere:1:0/1" }],
])("a read that asks for the primary by %s counts against the limit of strong reads", async (_, headers) => {
  const { token } = await newUser();
  const plain = await call("GET", "/v1/orders", { token });
  expect(plain.headers.get("ratelimit-policy")).not.toContain('"strong"');
  const forcing = await call("GET", "/v1/orders", { token, headers });
  expect(forcing.status).toBe(200);
  expect(forcing.headers.get("ratelimit-policy")).toContain('"strong"');
});
