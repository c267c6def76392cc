import { randomUUID } from "node:crypto";
import * as queries from "../../../src/services/notifications/queries.ts";
import * as store from "../../../src/services/notifications/store.ts";
import * as webhookQueries from "../../../src/services/notifications/webhooks/queries.ts";
import * as webhookStore from "../../../src/services/notifications/webhooks/store.ts";
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

export const webhookCalls: CallsOf<typeof webhookQueries & typeof webhookStore> = {
  endpointById: ({ db }) => webhookQueries.endpointById(db).execute({ id: randomUUID() }),
  endpointsPage: ({ db }) => webhookQueries.endpointsPage(db).execute({ before: last, limit: 21 }),
  deliveriesPage: async ({ db, given }) => {
    const { endpointId } = await given.webhookDelivery();
    return webhookQueries.deliveriesPage(db).execute({ endpointId, before: last, limit: 21 });
  },
  insertEndpoint: ({ db }) => {
    const endpoint = { url: "https://example.com/", events: ["*"], enabled: true, secretId: randomUUID() };
    return db.sql.begin((tx) => webhookStore.insertEndpoint(tx, endpoint, 50));
  },
  updateEndpoint: async ({ db, given }) => {
    const { endpointId: id } = await given.webhookDelivery();
    return db.sql.begin((tx) => webhookStore.updateEndpoint(tx, id, { events: ["*"], enabled: false }));
  },
  putSecret: async ({ db, given }) => {
    const { endpointId: id } = await given.webhookDelivery();
    for (const secretId of [randomUUID(), randomUUID()])
      await db.sql.begin((tx) => webhookStore.putSecret(tx, id, secretId));
  },
  deleteEndpoint: async ({ db, given }) => {
    const { endpointId: id } = await given.webhookDelivery();
    return db.sql.begin((tx) => webhookStore.deleteEndpoint(tx, id));
  },
  makeDue: async ({ db, given }) => {
    const { endpointId, id } = await given.webhookDelivery();
    return db.sql.begin((tx) => webhookStore.makeDue(tx, endpointId, id));
  },
};
