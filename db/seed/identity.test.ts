import { describe, expect, test } from "bun:test";
import { logIn, openIdentityShop } from "../../tests/support/identity-shop.ts";
import { makeFirstAdmin, seedIdentity } from "./identity.ts";

const shop = await openIdentityShop();
const one = shop.instance();
await seedIdentity(shop.sql, { buyers: 3, scryptLn: 4 });

describe("seeded accounts", () => {
  test("are the same on every run and let the buyers in", async () => {
    const before =
      await shop.sql`select id, email, password_hash from identity.users where email like '%@headroom.local' order by email`;
    await seedIdentity(shop.sql, { buyers: 3, scryptLn: 4 });
    const after =
      await shop.sql`select id, email, password_hash from identity.users where email like '%@headroom.local' order by email`;
    expect(after).toEqual(before);
    expect(before.map(({ email }) => email.split("@")[0])).toEqual(["admin", "buyer1", "buyer2", "buyer3", "operator"]);
    await logIn(one, "buyer3@headroom.local", "headroom-buyer");
  });

  test("can be ten thousand", async () => {
    await seedIdentity(shop.sql, { buyers: 10_000, scryptLn: 4 });
    const [row] =
      await shop.sql`select count(*)::int as count from identity.users where email like 'buyer%@headroom.local'`;
    expect(row?.count).toBe(10_000);
    await logIn(one, "buyer10000@headroom.local", "headroom-buyer");
  }, 20_000);

  test("the first admin is made only while there is none, and nobody is promoted", async () => {
    const env = { ADMIN_EMAIL: "Owner@Example.com", ADMIN_PASSWORD: "an-owner's-passphrase", SCRYPT_LN: "4" };
    expect(await makeFirstAdmin(shop.sql, env)).toBe("there");
    expect(await makeFirstAdmin(shop.sql, {})).toBe("there");
    await shop.sql.begin(async (tx) => {
      await tx`update identity.users set role = 'operator' where role = 'admin'`;
      const within = tx as unknown as typeof shop.sql;
      await expect(makeFirstAdmin(within, { ...env, ADMIN_EMAIL: "buyer1@headroom.local" })).rejects.toThrow(
        "not promoted",
      );
      await expect(makeFirstAdmin(within, { ...env, ADMIN_PASSWORD: "password123" })).rejects.toThrow("easy to guess");
      expect(await makeFirstAdmin(within, {})).toBe("lacking");
      expect(await makeFirstAdmin(within, env)).toBe("made");
      const [admin] = await tx`select email from identity.users where role = 'admin'`;
      expect(admin?.email).toBe("owner@example.com");
      await tx`delete from identity.users where email = 'owner@example.com'`;
      await tx`update identity.users set role = 'admin' where email = 'admin@headroom.local'`;
    });
  });
});
