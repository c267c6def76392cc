import { randomUUID } from "node:crypto";
import * as queries from "../../../src/services/notifications/queries.ts";
import * as store from "../../../src/services/notifications/store.ts";
import type { CallsOf } from "./call.ts";

const last = "ffffffff-ffff-ffff-ffff-ffffffffffff";

export const notificationsCalls: CallsOf<typeof queries & typeof store> = {
  notificationsPage: ({ db }) =>
    queries.notificationsPage(db).execute({ userId: randomUUID(), before: last, limit: 21 }),
  contactOf: ({ db }) => queries.contactOf(db).execute({ userId: randomUUID() }),
  addNotifications: ({ db }) =>
    db.sql.begin((tx) => store.addNotifications(tx, [{ userId: randomUUID(), kind: "welcome", subject: "Hello" }])),
  keepContacts: ({ db }) =>
    db.sql.begin((tx) =>
      store.keepContacts(tx, [{ userId: randomUUID(), email: "a@example.com", name: "A", version: 1 }]),
    ),
  deletePersons: async ({ db }) => {
    const userId = randomUUID();
    await db.sql.begin((tx) => store.addNotifications(tx, [{ userId, kind: "welcome", subject: "Hello" }]));
    await db.sql.begin((tx) => store.deletePersons(tx, [userId]));
  },
  markRead: ({ db }) => store.markRead(db, randomUUID(), randomUUID()),
};
