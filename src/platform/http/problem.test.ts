import { expect, test } from "bun:test";
import { call, newUser } from "../../../tests/support/client.ts";
import { openShop } from "../../../tests/support/shop.ts";

test("a request whose row stays locked for too long is told to come back, not that something went wrong", async () => {
  const { sql } = await openShop();
  const { token, id } = await newUser();
  const answer = await sql.begin(async (tx) => {
    await tx`set local idle_in_transaction_session_timeout = 0`;
    await tx`set local transaction_timeout = 0`;
    await tx`select from identity.users where id = ${id} for update`;
    return await call("PATCH", "/v1/users/me", { token, body: { name: "New Name" } });
  });
  expect([answer.status, answer.body.type]).toEqual([503, expect.stringMatching(/overloaded$/)]);
  expect(answer.headers.get("retry-after")).toBe("1");
}, 20_000);
