import { describe, expect, test } from "bun:test";
import {
  logIn,
  newUser,
  openIdentityShop,
  refresh,
  refusal,
  type ShopInstance,
} from "../../../../tests/support/identity-shop.ts";
import { busySecondMs } from "../../../../tests/support/time.ts";

const shop = await openIdentityShop();
const one = shop.instance();
const other = shop.instance();

const newPassword = "another-fine-phrase";

function change(at: ShopInstance, token: string, currentPassword: string, to = newPassword) {
  return at.call("PUT", "/v1/users/me/password", { token, body: { currentPassword, newPassword: to } });
}

describe("changing one's password", () => {
  test("opens the account to the new one alone, and ends every other session within a second", async () => {
    const { email, password, token } = await newUser(one);
    const elsewhere = await logIn(other, email, password);
    expect((await other.call("GET", "/v1/users/me", { token: elsewhere.token })).status).toBe(200);
    expect((await change(one, token, password)).status).toBe(204);
    const changedAt = Date.now();
    while ((await other.call("GET", "/v1/users/me", { token: elsewhere.token })).status === 200) await Bun.sleep(20);
    expect(Date.now() - changedAt).toBeLessThan(busySecondMs);
    expect(refusal(await refresh(other, elsewhere.refreshToken))).toEqual([401, "session-revoked"]);
    expect((await one.call("GET", "/v1/users/me", { token })).status).toBe(200);
    const old = await one.call("POST", "/v1/sessions", { body: { email, password } });
    expect(refusal(old)).toEqual([401, "wrong-credentials"]);
    await logIn(other, email, newPassword);
  });

  test("needs the current one, and a new one that is not weak", async () => {
    const { email, password, token } = await newUser(one);
    const answers = [
      await change(one, token, "not-the-password"),
      await change(one, token, password, "password123"),
      await change(one, token, password, email),
      await change(one, token, password, "short"),
    ];
    expect(answers.map(refusal)).toEqual([
      [401, "wrong-credentials"],
      [422, "weak-password"],
      [422, "weak-password"],
      [422, "invalid-request"],
    ]);
    await logIn(one, email, password);
  });

  test("with a stolen token is no way to guess the current one", async () => {
    const { password, token } = await newUser(one);
    const answers = [];
    for (let guesses = 0; guesses < 11; guesses++) answers.push(await change(one, token, `guess-number-${guesses}`));
    expect(answers.map(({ status }) => status)).toEqual([...Array(10).fill(401), 429]);
    expect(refusal(await change(one, token, password))).toEqual([429, "too-many-attempts"]);
  });

  test("twice at once succeeds once", async () => {
    const { email, password, token } = await newUser(one);
    const passwords = ["the-first-new-phrase", "the-second-new-phrase"];
    const answers = await Promise.all(passwords.map((to, nth) => change(nth === 0 ? one : other, token, password, to)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 401]);
    await logIn(one, email, passwords[answers.findIndex(({ status }) => status === 204)] ?? "");
  });

  test("leaves no session that was opened by the old one meanwhile", async () => {
    for (let round = 0; round < 20; round++) {
      const { id, email, password, token } = await newUser(one);
      const opening = Array.from({ length: 4 }, () =>
        other.call("POST", "/v1/sessions", { body: { email, password } }),
      );
      const [changed, ...opened] = await Promise.all([change(one, token, password), ...opening]);
      expect(changed.status).toBe(204);
      expect(opened.every(({ status }) => [201, 401].includes(status))).toBe(true);
      const standing = await shop.sql`select id from identity.sessions where user_id = ${id} and ended_at is null`;
      expect(standing).toHaveLength(1);
    }
  });
});
