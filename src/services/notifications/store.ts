import type { Handle, Transaction } from "../../platform/database.ts";
import type { NotificationRow } from "./queries.ts";

interface NewNotification {
  readonly userId: string;
  readonly kind: string;
  readonly subject: string;
}

export async function addNotifications(tx: Transaction, notifications: readonly NewNotification[]): Promise<void> {
  await tx`
    insert into notifications.notifications(user_id, kind, subject)
    select "userId", kind, subject
      from jsonb_to_recordset(${JSON.stringify(notifications)}::text::jsonb) as g("userId" uuid, kind text, subject text)`;
}

interface Contact {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly version: number;
}

/** Keeps whom to write to; an older version of a user than is known changes nothing. */
export async function keepContacts(tx: Transaction, contacts: readonly Contact[]): Promise<void> {
  await tx`
    insert into notifications.contacts as c (user_id, email, name, version)
    select distinct on ("userId") "userId", email, name, version
      from jsonb_to_recordset(${JSON.stringify(contacts)}::text::jsonb)
        as g("userId" uuid, email text, name text, version bigint)
     order by "userId", version desc
    on conflict (user_id) do update set email = excluded.email, name = excluded.name, version = excluded.version
      where c.version < excluded.version`;
}

/** Marks a user's notification as read, keeping the time of its first reading. */
export async function markRead({ sql }: Handle, userId: string, id: string): Promise<NotificationRow | undefined> {
  const [row] = await sql<NotificationRow[]>`
    update notifications.notifications set read_at = coalesce(read_at, now()) where user_id = ${userId} and id = ${id}
    returning id, kind, subject, created_at as "createdAt", read_at as "readAt"`;
  return row;
}
