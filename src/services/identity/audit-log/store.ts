import type { Event } from "../../../contracts/events.ts";
import { pgArray, type Transaction } from "../../../platform/database.ts";

/** Where an erased user was is kept of no record, whenever it comes. */
export async function addRecords(tx: Transaction, events: readonly Event<"audit.recorded">[]): Promise<void> {
  const users = events.map(({ data: { actor } }) => actor).filter(({ kind }) => kind === "user");
  const rows = events.map(({ id, occurredAt, data: { actor, target, ...data } }) => ({
    ...{ id, at: occurredAt, actor_id: actor.id, actor_kind: actor.kind, action: data.action },
    ...{ target_type: target.type, target_id: target.id, request_id: data.requestId },
    ...{ address: data.address, detail: data.detail },
  }));
  await tx`
    insert into identity.audit_log
      (id, at, actor_id, actor_kind, action, target_type, target_id, request_id, address, detail)
    select id, at, actor_id, actor_kind, action, target_type, target_id, request_id,
           case when actor_kind = 'user' and present is null then '' else address end, detail
      from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as r(id uuid, at timestamptz, actor_id text,
        actor_kind text, action text, target_type text, target_id text, request_id text, address text, detail jsonb)
      left join events.unerased_v1(${pgArray(users.map(({ id }) => id))}::uuid[]) present on present::text = actor_id`;
}

/** Takes out of an erased user's records where he was; what he did stays. */
export async function forgetAddresses(tx: Transaction, userId: string): Promise<void> {
  await tx`update identity.audit_log set address = '' where actor_id = ${userId} and address <> ''`;
}
