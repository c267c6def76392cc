import { expect, test } from "bun:test";
import { newUser, openIdentityShop, refresh, refusal } from "../../../tests/support/identity-shop.ts";
import { backgroundScope } from "../../platform/scope.ts";
import { deleteExpired } from "./delete-expired.ts";

const shop = await openIdentityShop();
const one = shop.instance();

test("sessions and mailed tokens go once their time is over, and only then; two runs at once do no harm", async () => {
  const [over, standing] = [await newUser(one), await newUser(one)];
  await shop.sql`update identity.sessions set expires_at = now() - interval '1 second' where user_id = ${over.id}`;
  await shop.sql`
    insert into identity.sessions (user_id, expires_at, user_agent, address)
    select ${over.id}, now() - interval '1 day', '', '' from generate_series(1, 2500)`;
  await shop.sql`update identity.mailed_tokens set expires_at = now() where user_id = ${over.id}`;
  await Promise.all([1, 2].map(() => deleteExpired(backgroundScope(one.deps, { about: { test: true } }))));
  for (const table of ["sessions", "mailed_tokens"]) {
    const rows = await shop.sql`select user_id as id from identity.${shop.sql(table)}`;
    expect(rows.map(({ id }) => id)).toEqual([standing.id]);
  }
  expect(refusal(await refresh(one, over.refreshToken))).toEqual([401, "refresh-token-invalid"]);
  expect((await one.call("GET", "/v1/users/me", { token: standing.token })).status).toBe(200);
});
