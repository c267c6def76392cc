import { randomUUID } from "node:crypto";
import { mailedToken } from "../../../src/platform/mailed-token.ts";
import { callAt } from "../../support/client.ts";
import { logInAt, newUserAt, type OwnInstance, type OwnShop } from "../../support/own-shop.ts";
import { brief, type Family, family, send } from "../family.ts";

interface Account {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  /** Of two sessions that act; a third is acted on. So no two end each other, which both may while they are believed. */
  readonly tokens: readonly [string, string];
  readonly third: { readonly token: string; readonly refreshToken: string };
  readonly resetToken: string;
  readonly verificationToken: string;
}

async function newAccount({ instances: [at], sql }: OwnShop): Promise<Account> {
  const { id, email, password, token } = await newUserAt(at.url);
  const [other, third] = [await logInAt(at.url, { email, password }), await logInAt(at.url, { email, password })];
  if (other === undefined || third === undefined) throw new Error("not logged in");
  await callAt(at.url, "POST", "/v1/password-resets", { body: { email } });
  const mailed = async (type: string) => {
    const [row] = await sql`
      select data->>'requestId' as id from events.outbox where key = ${id} and type = ${type} order by version desc limit 1`;
    return String(row?.id);
  };
  return {
    ...{ id, email, password },
    tokens: [token, other.accessToken],
    third: { token: third.accessToken, refreshToken: third.refreshToken },
    resetToken: mailedToken(at.deps.config, "reset", await mailed("user.reset-requested")),
    verificationToken: mailedToken(at.deps.config, "verification", await mailed("user.registered")),
  };
}

const sessionOf = (token: string): string =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()).sid;

/** Whoever comes with a session that has just ended is refused as such, or by what he brings. */
const briefly = (answer: Parameters<typeof brief>[0], detail?: Parameters<typeof brief>[1]) =>
  answer.status === 401 ? "401" : brief(answer, detail);

const passwords = ["a-first-new-password", "a-second-new-password", "a-reset-password"] as const;

const change = async ({ tokens, password }: Account, at: OwnInstance, nth: 0 | 1, to: string) =>
  briefly(
    await send(at, "PUT /v1/users/me/password", {
      token: tokens[nth],
      body: { currentPassword: password, newPassword: to },
    }),
  );

const patch = async ({ tokens }: Account, at: OwnInstance, body: object) =>
  briefly(await send(at, "PATCH /v1/users/me", { token: tokens[0], body }));

async function observe({ instances, sql }: OwnShop, account: Account) {
  const { id, email, password } = account;
  const [user] = await sql`select name, metadata, email_verified from identity.users where id = ${id}`;
  const sessions = await sql`
    select id, generation, ended_at is not null as ended from identity.sessions where user_id = ${id}`;
  const known = [...account.tokens, account.third.token].map((token) =>
    sessions.find(({ id: of }) => of === sessionOf(token)),
  );
  const opens = [];
  for (const one of [password, ...passwords])
    opens.push((await logInAt(instances[0].url, { email, password: one })) === undefined ? "refused" : "opens");
  return {
    user,
    sessions: known.map((session) => ({ generation: session?.generation, ended: session?.ended })),
    logIns: sessions.filter((session) => !known.includes(session)).map(({ ended }) => ended),
    passwords: opens,
    contact: (await sql`select name from notifications.contacts where user_id = ${id}`)[0]?.name,
  };
}

const accounts = family<Account>(
  "an account",
  newAccount,
  {
    "change the password by one session": (account, at) => change(account, at, 0, passwords[0]),
    "change the password by the other": (account, at) => change(account, at, 1, passwords[1]),
    "reset the password": async ({ resetToken }, at) =>
      brief(await send(at, "PUT /v1/password-resets", { body: { token: resetToken, password: passwords[2] } })),
    "ask for a reset": async ({ email }, at) => brief(await send(at, "POST /v1/password-resets", { body: { email } })),
    "verify the e-mail": async ({ verificationToken }, at) =>
      brief(await send(at, "POST /v1/email-verifications/confirm", { body: { token: verificationToken } })),
    "ask for a verification": async ({ tokens }, at) =>
      briefly(await send(at, "POST /v1/email-verifications", { token: tokens[0] })),
    "log in": async ({ email, password }, at) =>
      briefly(await send(at, "POST /v1/sessions", { body: { email, password } })),
    "change the name": (account, at) => patch(account, at, { name: `Name ${at.side}` }),
    "change the metadata": (account, at) => patch(account, at, { metadata: { side: String(at.side) } }),
    "erase oneself": async ({ tokens }, at) => briefly(await send(at, "DELETE /v1/users/me", { token: tokens[0] })),
    "refresh the third session": async ({ third: { refreshToken } }, at) =>
      briefly(await send(at, "POST /v1/sessions/refresh", { body: { refreshToken } })),
    "log the third session out": async ({ third: { token } }, at) =>
      briefly(await send(at, "DELETE /v1/sessions/current", { token })),
    "end the third session": async ({ tokens, third }, at) =>
      briefly(await send(at, `DELETE /v1/sessions/${sessionOf(third.token)}`, { token: tokens[0] })),
  },
  observe,
);

const registering = family<{ readonly email: string }>(
  "an e-mail that nobody has",
  async () => ({ email: `race-${randomUUID()}@example.com` }),
  {
    register: async ({ email }, at) =>
      brief(await send(at, "POST /v1/users", { body: { email, password: passwords[at.side], name: `R${at.side}` } })),
    "register in capitals": async ({ email }, at) =>
      brief(
        await send(at, "POST /v1/users", {
          body: { email: email.toUpperCase(), password: passwords[at.side], name: `C${at.side}` },
        }),
      ),
  },
  async ({ sql }, { email }) => [
    ...(await sql`
      select u.name, (select count(*)::int from events.outbox where key = u.id::text and type = 'user.registered') as told
        from identity.users u where email = ${email}`),
  ],
);

export const accountFamilies: readonly Family[] = [accounts, registering];
