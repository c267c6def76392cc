import type { Transaction } from "../../../platform/database.ts";

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

/** Undefined leaves a field as it is. Answers whether there is such an endpoint. */
export async function updateEndpoint(
  tx: Transaction,
  id: string,
  { url, events, enabled }: Partial<Omit<NewEndpoint, "secretId">>,
): Promise<boolean> {
  const { count } = await tx`
    update notifications.webhook_endpoints
       set url = coalesce(${url ?? null}, url),
           events = coalesce(${events === undefined ? null : JSON.stringify(events)}::text::jsonb, events),
           enabled = coalesce(${enabled ?? null}::boolean, enabled),
           updated_at = now()
     where id = ${id}`;
  return count > 0;
}

/** Makes `secretId` the one that signs; the 5 newest of those before it sign along for 24 hours each. */
export async function putSecret(tx: Transaction, id: string, secretId: string): Promise<boolean> {
  const { count } = await tx`
    update notifications.webhook_endpoints e
       set secret_id = ${secretId}::uuid, updated_at = now(), retired_secrets = (
         select jsonb_agg(to_jsonb(r) order by until desc)
           from (select e.secret_id as id, now() + interval '24 hours' as until
                 union all
                 select g.id, g.until from jsonb_to_recordset(e.retired_secrets) as g(id uuid, until timestamptz)
                  where g.until > now()
                  order by until desc limit 5) r)
     where e.id = ${id}`;
  return count > 0;
}

/** Answers whether there was such an endpoint. */
export async function deleteEndpoint(tx: Transaction, id: string): Promise<boolean> {
  const { count } = await tx`delete from notifications.webhook_endpoints where id = ${id}`;
  return count > 0;
}

/** Makes a delivery due now; answers whether there is such a one of an endpoint that is there. */
export async function makeDue(tx: Transaction, endpointId: string, id: string): Promise<boolean> {
  const { count } = await tx`
    update notifications.webhook_deliveries set next_at = now()
     where endpoint_id = ${endpointId} and id = ${id}
       and exists (select from notifications.webhook_endpoints where id = ${endpointId})`;
  return count > 0;
}
