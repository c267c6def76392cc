import { and, desc, eq, lt, sql } from "drizzle-orm";
import { contacts, notifications } from "../../../db/schema/notifications.ts";
import { prepared } from "../../platform/database.ts";

/** A user's notifications, newest first, behind the id `before`. */
export const notificationsPage = prepared((orm) =>
  orm
    .select({
      id: notifications.id,
      kind: notifications.kind,
      subject: notifications.subject,
      createdAt: notifications.createdAt,
      readAt: notifications.readAt,
    })
    .from(notifications)
    .where(and(eq(notifications.userId, sql.placeholder("userId")), lt(notifications.id, sql.placeholder("before"))))
    .orderBy(desc(notifications.id))
    .limit(sql.placeholder("limit"))
    .prepare("notifications_page"),
);

export type NotificationRow = Awaited<ReturnType<ReturnType<typeof notificationsPage>["execute"]>>[number];

export const contactOf = prepared((orm) =>
  orm
    .select({ email: contacts.email, name: contacts.name })
    .from(contacts)
    .where(eq(contacts.userId, sql.placeholder("userId")))
    .prepare("contact_of"),
);
