import { beforeAll, expect, test } from "bun:test";
import { call } from "../../../tests/support/client.ts";
import { openShop } from "../../../tests/support/shop.ts";

beforeAll(openShop);

test.each([
  ["limit=abc", "expected a number"],
  ["limit=0", "expected >=1"],
])("a list asked with %s says what it takes instead, in plain words", async (query, reason) => {
  const { status, body } = await call("GET", `/v1/products?${query}`);
  expect([status, body.errors[0].message]).toEqual([422, reason]);
});
