import { randomUUID } from "node:crypto";
import * as queries from "../../../src/services/identity/queries.ts";
import * as store from "../../../src/services/identity/store.ts";
import type { CallsOf } from "./call.ts";

const account = () => ({ email: `${randomUUID()}@example.com`, name: "New", region: "main", passwordHash: "none" });
const last = "ffffffff-ffff-ffff-ffff-ffffffffffff";

export const identityCalls: CallsOf<typeof queries & typeof store> = {
  userById: async ({ db, given }) => queries.userById(db).execute({ id: (await given.session()).userId }),
  userByEmail: async ({ db, given }) => queries.userByEmail(db).execute({ email: (await given.session()).email }),
  sessionPage: async ({ db, given }) => {
    const { userId } = await given.session();
    return queries.sessionPage(db).execute({ userId, before: last, limit: 21 });
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
    return store.insertSession(db, { userId, userAgent: "", address: "127.0.0.1" });
  },
  rotate: async ({ db, given }) => store.rotate(db, (await given.session()).sessionId, 0),
  endSession: async ({ db, given }) => {
    const { userId, sessionId } = await given.session();
    return store.endSession(db, userId, sessionId);
  },
};
