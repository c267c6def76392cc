import { randomUUID } from "node:crypto";
import { event } from "../../../src/contracts/events.ts";
import { pgArray } from "../../../src/platform/database.ts";
import * as adminQueries from "../../../src/services/identity/administration/queries.ts";
import * as adminStore from "../../../src/services/identity/administration/store.ts";
import * as keyQueries from "../../../src/services/identity/api-keys/queries.ts";
import * as keyStore from "../../../src/services/identity/api-keys/store.ts";
import * as auditQueries from "../../../src/services/identity/audit-log/queries.ts";
import * as auditStore from "../../../src/services/identity/audit-log/store.ts";
import * as passwords from "../../../src/services/identity/passwords/store.ts";
import * as queries from "../../../src/services/identity/queries.ts";
import * as store from "../../../src/services/identity/store.ts";
import type { Bench, CallsOf } from "./call.ts";

const account = () => ({ email: `${randomUUID()}@example.com`, name: "New", region: "main", passwordHash: "none" });
const last = "ffffffff-ffff-ffff-ffff-ffffffffffff";

export const administrationCalls: CallsOf<
  typeof adminQueries & typeof adminStore & typeof auditQueries & typeof auditStore
> = {
  anyUserById: async ({ db, given }) => adminQueries.anyUserById(db).execute({ id: (await given.session()).userId }),
  anyUserByEmail: async ({ db, given }) =>
    adminQueries.anyUserByEmail(db).execute({ email: (await given.session()).email }),
  usersPage: ({ db }) => adminQueries.usersPage(db).execute({ before: last, limit: 21 }),
  customersPage: ({ db }) => adminQueries.customersPage(db).execute({ before: last, limit: 21 }),
  staffPage: ({ db }) => adminQueries.staffPage(db).execute({ role: "admin", before: last, limit: 21 }),
  lockUsers: async ({ db, given }) => {
    const users = [await given.session(), await given.session()];
    return db.sql.begin((tx) =>
      adminStore.lockUsers(
        tx,
        users.map(({ userId }) => userId),
      ),
    );
  },
  setStanding: async ({ db, given }) => {
    const { userId: id } = await given.session();
    return db.sql.begin((tx) => adminStore.setStanding(tx, { id, role: "operator", disabled: true }));
  },
  addRecords: ({ db }) => db.sql.begin((tx) => auditStore.addRecords(tx, [record(), record()])),
  forgetAddresses: ({ db }) => db.sql.begin((tx) => auditStore.forgetAddresses(tx, actorId)),
  auditPage: async ({ db }) => {
    const one = { actor: actorId, action: "thing.done", target: "thing-1" };
    for (const filters of [{}, { actor: one.actor }, { action: one.action }, { target: one.target }, one])
      await auditQueries.auditPage(db, filters, { before: last, limit: 21 });
  },
};

const actorId = randomUUID();

function record() {
  const data = { action: "thing.done", requestId: "given", address: "127.0.0.1", detail: {} };
  const [actor, target] = [{ id: actorId, kind: "user" } as const, { type: "thing", id: "thing-1" }];
  const made = event("audit.recorded", randomUUID(), 1, { ...data, actor, target });
  return {
    ...made,
    id: Bun.randomUUIDv7(),
    schema: 1 as const,
    occurredAt: new Date().toISOString(),
    traceparent: null,
  };
}

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
    const client = { userAgent: "", address: "127.0.0.1" };
    return store.insertSession(db.sql, { userId, passwordHash: "none", role: "customer", ...client });
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

export const apiKeyCalls: CallsOf<typeof keyQueries & typeof keyStore> = {
  insertApiKey: ({ db }) => apiKey(db),
  holdAdmin: async ({ db, given }) => {
    const { userId } = await given.session();
    return db.sql.begin((tx) => keyStore.holdAdmin(tx, userId));
  },
  revoke: async ({ db }) => {
    const { id } = await apiKey(db);
    return db.sql.begin((tx) => keyStore.revoke(tx, id));
  },
  apiKeysPage: async ({ db }) => {
    await apiKey(db);
    return keyQueries.apiKeysPage(db).execute({ before: last, limit: 21 });
  },
  apiKeysByHash: async ({ db }) => {
    const keys = [await apiKey(db), await apiKey(db)];
    return keyQueries.apiKeysByHash(db).execute({ hashes: pgArray(keys.map(({ keyHash }) => keyHash)) });
  },
};

/** At most a hundred keys stand, as the application sees to. */
async function apiKey(db: Bench["db"]) {
  const key = { name: "Given", prefix: "hr_given", keyHash: randomUUID(), scopes: ["stock:write"], expiresAt: null };
  const inserted = await db.sql.begin((tx) => keyStore.insertApiKey(tx, { ...key, createdBy: randomUUID() }, 200));
  return { id: inserted?.id ?? "", keyHash: key.keyHash };
}

async function mailed(db: Bench["db"], given: Bench["given"], purpose: "reset" | "verification") {
  const { userId } = await given.session();
  const token = { id: randomUUID(), userId, purpose, tokenHash: randomUUID(), lifeSeconds: 60 };
  await db.sql.begin((tx) => passwords.insertMailedToken(tx, token));
  return token;
}
