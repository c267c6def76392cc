import { randomUUID } from "node:crypto";
import * as passwords from "../../../src/services/identity/password-store.ts";
import * as queries from "../../../src/services/identity/queries.ts";
import * as store from "../../../src/services/identity/store.ts";
import type { Bench, CallsOf } from "./call.ts";

const account = () => ({ email: `${randomUUID()}@example.com`, name: "New", region: "main", passwordHash: "none" });
const last = "ffffffff-ffff-ffff-ffff-ffffffffffff";

export const identityCalls: CallsOf<typeof queries & typeof passwords & typeof store> = {
  userById: async ({ db, given }) => queries.userById(db).execute({ id: (await given.session()).userId }),
  userByEmail: async ({ db, given }) => queries.userByEmail(db).execute({ email: (await given.session()).email }),
  sessionPage: async ({ db, given }) => {
    const { userId } = await given.session();
    return queries.sessionPage(db).execute({ userId, before: last, limit: 21 });
  },
  allSessionsPage: async ({ db, given }) => {
    const { userId } = await given.session();
    return queries.allSessionsPage(db).execute({ userId, before: last, limit: 100 });
  },
  deleteUser: async ({ db, given }) => {
    const { userId } = await mailed(db, given, "reset");
    return db.sql.begin((tx) => store.deleteUser(tx, userId));
  },
  activeSessions: async ({ db, given }) => {
    const sessions = [await given.session(), await given.session()];
    return queries.activeSessions(
      db,
      sessions.map(({ sessionId }) => sessionId),
    );
  },
  familyOf: async ({ db, given }) => queries.familyOf(db, (await given.session()).sessionId),
  insertUser: ({ db }) => db.sql.begin((tx) => store.insertUser(tx, account())),
  updateUser: async ({ db, given }) => {
    const { userId } = await given.session();
    return db.sql.begin((tx) => store.updateUser(tx, { id: userId, name: "Newer", metadata: null }));
  },
  insertSession: async ({ db, given }) => {
    const { userId } = await given.session();
    return store.insertSession(db, { userId, passwordHash: "none", userAgent: "", address: "127.0.0.1" });
  },
  rotate: async ({ db, given }) => store.rotate(db, (await given.session()).sessionId, 0),
  endSession: async ({ db, given }) => {
    const { userId, sessionId } = await given.session();
    return store.endSession(db, userId, sessionId);
  },
  endSessions: async ({ db, given }) => {
    const { userId } = await given.session();
    return db.sql.begin((tx) => store.endSessions(tx, userId, null));
  },
  deleteExpiredSessions: async ({ db, given }) => {
    await db.sql`update identity.sessions set expires_at = now() where id = ${(await given.session()).sessionId}`;
    return store.deleteExpiredSessions(db, 10);
  },
  passwordById: async ({ db, given }) => queries.passwordById(db).execute({ id: (await given.session()).userId }),
  emailOfReset: async ({ db, given }) =>
    queries.emailOfReset(db).execute({ tokenHash: (await mailed(db, given, "reset")).tokenHash }),
  replacePassword: async ({ db, given }) => {
    const { userId } = await given.session();
    return db.sql.begin((tx) => passwords.replacePassword(tx, { userId, oldHash: "none", newHash: "new" }));
  },
  insertMailedToken: ({ db, given }) => mailed(db, given, "reset"),
  raiseVersionByEmail: async ({ db, given }) => {
    const { email } = await given.session();
    return db.sql.begin((tx) => passwords.raiseVersionByEmail(tx, email));
  },
  raiseVersionOfUnverified: async ({ db, given }) => {
    const { userId } = await given.session();
    return db.sql.begin((tx) => passwords.raiseVersionOfUnverified(tx, userId));
  },
  spendReset: async ({ db, given }) => {
    const { tokenHash } = await mailed(db, given, "reset");
    return db.sql.begin((tx) => passwords.spendReset(tx, { tokenHash, passwordHash: "new" }));
  },
  spendVerification: async ({ db, given }) =>
    passwords.spendVerification(db, (await mailed(db, given, "verification")).tokenHash),
  forgetResets: async ({ db, given }) => {
    const { userId } = await mailed(db, given, "reset");
    return db.sql.begin((tx) => passwords.forgetResets(tx, userId));
  },
  deleteExpiredTokens: async ({ db, given }) => {
    const { id } = await mailed(db, given, "verification");
    await db.sql`update identity.mailed_tokens set expires_at = now() where id = ${id}`;
    return passwords.deleteExpiredTokens(db, 10);
  },
};

async function mailed(db: Bench["db"], given: Bench["given"], purpose: "reset" | "verification") {
  const { userId } = await given.session();
  const token = { id: randomUUID(), userId, purpose, tokenHash: randomUUID(), lifeSeconds: 60 };
  await db.sql.begin((tx) => passwords.insertMailedToken(tx, token));
  return token;
}
