import { type Handle, pgArray, type Transaction } from "../../platform/database.ts";
import type { NotificationRow } from "./queries.ts";

interface NewNotification {
  readonly userId: string;
  readonly kind: string;
  readonly subject: string;
}

/** Of whoever is erased nothing is added. */
export async function addNotifications(tx: Transaction, notifications: readonly NewNotification[]): Promise<void> {
  await tx`
    insert into notifications.notifications(user_id, kind, subject)
    select "userId", kind, subject
      from events.unerased_v1(${pgArray(notifications.map(({ userId }) => userId))}::uuid[]) of
      join jsonb_to_recordset(${JSON.stringify(notifications)}::text::jsonb) as g("userId" uuid, kind text, subject text)
        on g."userId" = of`;
}

interface Contact {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly version: number;
}

/** Keeps whom to write to; an older version of a user than is known changes nothing, and whoever is erased stays so. */
export async function keepContacts(tx: Transaction, contacts: readonly Contact[]): Promise<void> {
  await tx`
    insert into notifications.contacts as c (user_id, email, name, version)
    select distinct on ("userId") "userId", email, name, version
      from events.unerased_v1(${pgArray(contacts.map(({ userId }) => userId))}::uuid[]) of
      join jsonb_to_recordset(${JSON.stringify(contacts)}::text::jsonb)
        as g("userId" uuid, email text, name text, version bigint) on g."userId" = of
     order by "userId", version desc
    on conflict (user_id) do update set email = excluded.email, name = excluded.name, version = excluded.version
      where c.version < excluded.version`;
}

/** All that there is of these users. */
export async function deletePersons(tx: Transaction, userIds: readonly string[]): Promise<void> {
  const users = pgArray(userIds);
  await tx`delete from notifications.contacts where user_id = any(${users}::uuid[])`;
  await tx`delete from notifications.notifications where user_id = any(${users}::uuid[])`;
}

/** Marks a user's notification as read, keeping the time of its first reading. */
export async function markRead({ sql }: Handle, userId: string, id: string): Promise<NotificationRow | undefined> {
  const [row] = await sql<NotificationRow[]>`
    update notifications.notifications set read_at = coalesce(read_at, now()) where user_id = ${userId} and id = ${id}
    returning id, kind, subject, created_at as "createdAt", read_at as "readAt"`;
  return row;
}
