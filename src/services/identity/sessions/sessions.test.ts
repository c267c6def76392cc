import { describe, expect, test } from "bun:test";
import { logIn, newUser, openIdentityShop, refresh, refusal } from "../../../../tests/support/identity-shop.ts";

const shop = await openIdentityShop();
const one = shop.instance();
const other = shop.instance();

describe("sessions", () => {
  test("a refresh rotates; the predecessor answers the same successor until that is used, then ends the family", async () => {
    const { refreshToken: first, token } = await newUser(one);
    const second = await refresh(one, first);
    expect(second.status).toBe(201);
    expect((await refresh(other, first)).body.refreshToken).toBe(second.body.refreshToken);
    const third = await refresh(one, second.body.refreshToken);
    expect(third.status).toBe(201);
    expect(refusal(await refresh(other, first))).toEqual([401, "session-revoked"]);
    expect(refusal(await refresh(one, third.body.refreshToken))).toEqual([401, "session-revoked"]);
    expect(refusal(await other.call("GET", "/v1/users/me", { token }))).toEqual([401, "session-revoked"]);
  });

  test("the predecessor's ten seconds end", async () => {
    const { refreshToken } = await newUser(one);
    const { body } = await refresh(one, refreshToken);
    await shop.sql`update identity.sessions set rotated_at = now() - interval '11 seconds' where user_id = ${subjectOf(body.accessToken)}`;
    expect(refusal(await refresh(one, refreshToken))).toEqual([401, "session-revoked"]);
  });

  test("50 parallel refreshes get one successor and log nobody out", async () => {
    const { refreshToken } = await newUser(one);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, nth) => refresh(nth % 2 ? one : other, refreshToken)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => body.refreshToken)).size).toBe(1);
  });

  test("a forged, a foreign and an expired refresh token are invalid", async () => {
    const { id, refreshToken } = await newUser(one);
    const text = Buffer.from(refreshToken, "base64url").toString();
    const forged = Buffer.from(text.replace(".0.", ".1.")).toString("base64url");
    const foreign = shop.instance({ REFRESH_SECRET: "the secret of another shop" });
    await shop.sql`update identity.sessions set expires_at = now() where user_id = ${id}`;
    const answers = [
      await refresh(one, forged),
      await refresh(one, "garbage"),
      await refresh(foreign, refreshToken),
      await refresh(one, refreshToken),
    ];
    expect(answers.map(refusal)).toEqual(Array(4).fill([401, "refresh-token-invalid"]));
  });

  test("logging out is known to every instance within a second", async () => {
    const known: number[] = [];
    for (let nth = 0; nth < 3; nth++) {
      const { token } = await newUser(one);
      expect((await other.call("GET", "/v1/users/me", { token })).status).toBe(200);
      expect((await one.call("DELETE", "/v1/sessions/current", { token })).status).toBe(204);
      const endedAt = Date.now();
      expect(refusal(await one.call("GET", "/v1/users/me", { token }))).toEqual([401, "session-revoked"]);
      while ((await other.call("GET", "/v1/users/me", { token })).status === 200) await Bun.sleep(20);
      known.push(Date.now() - endedAt);
      expect(refusal(await other.call("GET", "/v1/users/me", { token }))).toEqual([401, "session-revoked"]);
    }
    // A busy machine may hold up one or the other.
    expect(Math.min(...known)).toBeLessThan(1_000);
  });

  test("logging out holds with Redis away, and reading oneself goes on", async () => {
    const alone = shop.instance({ UPSTASH_REDIS_REST_URL: "http://127.0.0.1:1" });
    const { email, password } = await newUser(one);
    const { token } = await logIn(alone, email, password);
    expect((await alone.call("GET", "/v1/users/me", { token })).status).toBe(200);
    expect((await alone.call("DELETE", "/v1/sessions/current", { token })).status).toBe(204);
    expect(refusal(await alone.call("GET", "/v1/users/me", { token }))).toEqual([401, "session-revoked"]);
    const fresh = shop.instance({ UPSTASH_REDIS_REST_URL: "http://127.0.0.1:1" });
    expect(refusal(await fresh.call("GET", "/v1/users/me", { token }))).toEqual([401, "session-revoked"]);
  });

  test("with Redis and the database away a token is still believed, a log-out that Redis knows still holds", async () => {
    const { email, password, token } = await newUser(one);
    const out = await logIn(one, email, password);
    await one.call("DELETE", "/v1/sessions/current", { token: out.token });
    const away = { DATABASE_URL: "postgres://headroom:x@127.0.0.1:1/headroom" };
    const noDatabase = shop.instance(away);
    const nothing = shop.instance({ ...away, UPSTASH_REDIS_REST_URL: "http://127.0.0.1:1" });
    expect(refusal(await noDatabase.call("GET", "/for/admin", { token: out.token }))).toEqual([401, "session-revoked"]);
    expect(refusal(await noDatabase.call("GET", "/for/admin", { token }))).toEqual([403, "forbidden"]);
    expect(refusal(await nothing.call("GET", "/for/admin", { token }))).toEqual([403, "forbidden"]);
  });

  test("are listed newest first, page by page, and each can be ended by its owner alone", async () => {
    const user = await newUser(one);
    await logIn(other, user.email, user.password);
    const last = await logIn(one, user.email, user.password);
    const first = await one.call("GET", "/v1/sessions?limit=2", { token: last.token });
    expect(first.body.data.map((session: { current: boolean }) => session.current)).toEqual([true, false]);
    const next = await one.call("GET", `/v1/sessions?limit=2&cursor=${first.body.nextCursor}`, { token: last.token });
    expect(next.body.data.length).toBe(1);
    expect(next.body.nextCursor).toBeNull();
    const oldest = next.body.data[0].id;
    const stranger = await newUser(one);
    expect((await one.call("DELETE", `/v1/sessions/${oldest}`, { token: stranger.token })).status).toBe(404);
    expect((await one.call("DELETE", "/v1/sessions/no-uuid", { token: last.token })).status).toBe(404);
    expect((await one.call("DELETE", `/v1/sessions/${oldest}`, { token: last.token })).status).toBe(204);
    expect((await one.call("DELETE", `/v1/sessions/${oldest}`, { token: last.token })).status).toBe(404);
    expect(refusal(await one.call("GET", "/v1/users/me", { token: user.token }))).toEqual([401, "session-revoked"]);
    expect((await one.call("GET", "/v1/users/me", { token: last.token })).status).toBe(200);
  });

  test("a browser's refresh token lives in a cookie that only our own pages can use", async () => {
    const { email, password } = await newUser(one);
    const session = await one.call("POST", "/v1/sessions", { body: { email, password, cookie: true } });
    expect(session.body.refreshToken).toBeUndefined();
    const set = session.headers.get("set-cookie") ?? "";
    expect(set).toMatch(/^hr_refresh=[^;]+; Max-Age=2592000; Path=\/v1\/sessions; HttpOnly; SameSite=Strict$/);
    const cookie = set.split(";")[0] ?? "";
    const from = (origin: string) =>
      one.call("POST", "/v1/sessions/refresh", { headers: { cookie, ...(origin && { origin }) } });
    expect(refusal(await from("https://evil.example"))).toEqual([403, "forbidden"]);
    expect(refusal(await from(""))).toEqual([403, "forbidden"]);
    const refreshed = await from("http://127.0.0.1:3000");
    expect(refreshed.status).toBe(201);
    expect(refreshed.body.refreshToken).toBeUndefined();
    expect(refreshed.headers.get("set-cookie")).toStartWith("hr_refresh=");
    const headers = { cookie };
    const out = await one.call("DELETE", "/v1/sessions/current", { token: refreshed.body.accessToken, headers });
    expect(out.headers.get("set-cookie")).toStartWith("hr_refresh=; Max-Age=0");
  });
});

function subjectOf(token: string): string {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()).sub;
}
