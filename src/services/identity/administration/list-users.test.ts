import { describe, expect, test } from "bun:test";
import { newStaff, newUser, openIdentityShop, refusal } from "../../../../tests/support/identity-shop.ts";

const shop = await openIdentityShop();
const one = shop.instance();

describe("the list of users", () => {
  test("finds one by e-mail in any case, and only where the role fits too", async () => {
    const { token } = await newStaff(shop, one, "admin");
    const user = await newUser(one);
    const by = async (query: string) => (await one.call("GET", `/v1/admin/users?${query}`, { token })).body.data;
    const found = await by(`email=${user.email.toUpperCase()}`);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ id: user.id, email: user.email, role: "customer", disabled: false });
    expect(await by(`email=${user.email}&role=customer`)).toHaveLength(1);
    expect(await by(`email=${user.email}&role=admin`)).toEqual([]);
    expect(await by("email=nobody@example.com")).toEqual([]);
  });

  test("is walked newest first, each there throughout once, also by role", async () => {
    const { token } = await newStaff(shop, one, "admin");
    for (const role of [undefined, "customer", "operator"] as const) {
      const made = [];
      for (let nth = 0; nth < 5; nth++) made.push((await newStaff(shop, one, role ?? "customer")).id);
      const seen: string[] = [];
      let path = `/v1/admin/users?limit=2${role === undefined ? "" : `&role=${role}`}`;
      for (let pages = 0; pages < 4 && path !== ""; pages++) {
        const { body, headers } = await one.call("GET", path, { token });
        seen.push(...body.data.map(({ id }: { id: string }) => id));
        await newStaff(shop, one, role ?? "customer");
        path = /<(.+)>/.exec(headers.get("link") ?? "")?.[1] ?? "";
      }
      expect(seen.slice(0, 5)).toEqual(made.toReversed());
      expect(new Set(seen).size).toBe(seen.length);
    }
  });

  test("refuses another role's cursor and what it does not know", async () => {
    const { token } = await newStaff(shop, one, "admin");
    await newStaff(shop, one, "admin");
    const { body } = await one.call("GET", "/v1/admin/users?limit=1&role=admin", { token });
    const answers = [
      await one.call("GET", `/v1/admin/users?limit=1&role=customer&cursor=${body.nextCursor}`, { token }),
      await one.call("GET", "/v1/admin/users?role=owner", { token }),
      await one.call("GET", "/v1/admin/users?limit=101", { token }),
    ];
    expect(answers.map(refusal)).toEqual([
      [400, "cursor-invalid"],
      [422, "invalid-request"],
      [422, "invalid-request"],
    ]);
  });

  test("shows no password's hash", async () => {
    const { token } = await newStaff(shop, one, "admin");
    const { body } = await one.call("GET", "/v1/admin/users?limit=100", { token });
    expect(JSON.stringify(body)).not.toMatch(/hash|\$|scrypt/i);
  });
});
