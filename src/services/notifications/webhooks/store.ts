import { eq, sql } from "drizzle-orm";
import { webhookEndpoints } from "../../../../db/schema/notifications.ts";
import { type Handle, prepared, type Transaction } from "../../../platform/database.ts";
import { endpointColumns } from "./queries.ts";

interface NewEndpoint {
  readonly url: string;
  readonly events: readonly string[];
  readonly enabled: boolean;
  readonly secretId: string;
}

/** Undefined where there are `most` already, however many are added at once. */
export async function insertEndpoint(
  tx: Transaction,
  { url, events, enabled, secretId }: NewEndpoint,
  most: number,
): Promise<{ readonly id: string; readonly createdAt: string } | undefined> {
  // A statement of its own, so that the next one counts what those before it added.
  await tx`select pg_advisory_xact_lock(hashtext('notifications.webhook_endpoints'))`;
  const [row] = await tx<{ id: string; createdAt: string }[]>`
    insert into notifications.webhook_endpoints (url, events, enabled, secret_id)
    select ${url}, ${JSON.stringify(events)}::text::jsonb, ${enabled}::boolean, ${secretId}::uuid
     where (select count(*) from notifications.webhook_endpoints) < ${most}
    returning id, created_at as "createdAt"`;
  return row;
}

/** Null leaves a field as it is. `events` is JSON text. */
export const updateEndpoint = prepared((orm) =>
  orm
    .update(webhookEndpoints)
    .set({
      url: sql`coalesce(${sql.placeholder("url")}, url)`,
      events: sql`coalesce(${sql.placeholder("events")}::text::jsonb, events)`,
      enabled: sql`coalesce(${sql.placeholder("enabled")}::boolean, enabled)`,
      updatedAt: sql`now()`,
    })
    .where(eq(webhookEndpoints.id, sql.placeholder("id")))
    .returning(endpointColumns)
    .prepare("update_webhook_endpoint"),
);

/** The secret that is replaced and those before it that still sign along: the 5 newest of them. */
const retired = sql`(
  select jsonb_agg(to_jsonb(r) order by until desc)
    from (select secret_id as id, now() + interval '24 hours' as until
          union all
          select id, until from jsonb_to_recordset(retired_secrets) as g(id uuid, until timestamptz) where until > now()
           order by until desc limit 5) r)`;

/** Makes `secretId` the one that signs. */
export const putSecret = prepared((orm) =>
  orm
    .update(webhookEndpoints)
    .set({ secretId: sql`${sql.placeholder("secretId")}::uuid`, retiredSecrets: retired, updatedAt: sql`now()` })
    .where(eq(webhookEndpoints.id, sql.placeholder("id")))
    .returning(endpointColumns)
    .prepare("put_webhook_secret"),
);

export const deleteEndpoint = prepared((orm) =>
  orm
    .delete(webhookEndpoints)
    .where(eq(webhookEndpoints.id, sql.placeholder("id")))
    .returning({ id: webhookEndpoints.id })
    .prepare("delete_webhook_endpoint"),
);

/** Makes a delivery due now; answers whether there is such a one of an endpoint that is there. */
export async function makeDue({ sql: tagged }: Handle, endpointId: string, id: string): Promise<boolean> {
  const { count } = await tagged`
    update notifications.webhook_deliveries set next_at = now()
     where endpoint_id = ${endpointId} and id = ${id}
       and exists (select from notifications.webhook_endpoints where id = ${endpointId})`;
  return count > 0;
}
