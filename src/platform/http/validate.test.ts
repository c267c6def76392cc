import { beforeAll, expect, test } from "bun:test";
import { call, newUser } from "../../../tests/support/client.ts";
import { openShop } from "../../../tests/support/shop.ts";

beforeAll(openShop);

test.each([
  ["limit=abc", "expected a whole number"],
  ["limit=1e1", "expected a whole number"],
  ["limit=%2B5", "expected a whole number"],
  ["limit=05", "expected a whole number"],
  ["limit=0", "expected >=1"],
])("a list asked with %s says what it takes instead, in plain words", async (query, reason) => {
  const { status, body } = await call("GET", `/v1/products?${query}`);
  expect([status, body.errors[0].message]).toEqual([422, reason]);
});

test("a query that is no UTF-8 cannot be read, as a body cannot", async () => {
  const { status, body } = await call("GET", "/v1/products?q=%ff");
  expect([status, body.type.split("/").at(-1)]).toEqual([400, "malformed-request"]);
});

test("a body that is coded otherwise than as it stands is refused", async () => {
  const { token } = await newUser();
  const headers = { "Content-Encoding": "gzip" };
  const { status, body } = await call("PATCH", "/v1/users/me", { token, headers, body: { name: "Ann" } });
  expect([status, body.type.split("/").at(-1)]).toEqual([415, "unsupported-media-type"]);
});
