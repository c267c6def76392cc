import { expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { call, newProduct, newUser } from "../support/client.ts";

const shippingAddress = { name: "A", line1: "B", city: "C", postalCode: "D", country: "NL" };

/** What PostgreSQL cannot store: NUL, and half of a surrogate pair. */
test.each(["\u0000", "\ud800"])("text that no database stores (%j) is refused wherever it is written", async (text) => {
  const { token } = await newUser();
  const [sku] = await newProduct(10);
  const order = { lines: [{ sku, quantity: 1 }] };
  const account = { email: `test-${randomUUID()}@example.com`, password: `pass-${randomUUID()}`, name: "A" };
  const key = randomUUID();
  const answers = [
    await call("POST", "/v1/users", { body: { ...account, name: text } }),
    await call("POST", "/v1/sessions", { body: { email: `${text}@example.com`, password: "any" } }),
    await call("PATCH", "/v1/users/me", { token, body: { name: `a${text}` } }),
    await call("PATCH", "/v1/users/me", { token, body: { metadata: { key: text } } }),
    await call("PATCH", "/v1/users/me", { token, body: { metadata: { [text]: "value" } } }),
    await call("POST", "/v1/orders", { token, key, body: { ...order, metadata: { key: text } } }),
    await call("POST", "/v1/orders", {
      token,
      key,
      body: { ...order, shippingAddress: { ...shippingAddress, city: text } },
    }),
  ];
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 422));
});
