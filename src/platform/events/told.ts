import type { ToldPage, ToldRange } from "../../contracts/ports.ts";
import type { Service } from "../../contracts/services.ts";
import { pgArray } from "../database.ts";
import { onPrimary, type Scope } from "../scope.ts";
import { eventIn, type LogRow } from "./log-row.ts";

/** A page of the log by id, which is by time: what it says of the given types. The week is in the id, so is the partition. */
export async function toldIn(
  scope: Scope,
  service: Service,
  { types, fromId, beforeId, limit }: ToldRange,
): Promise<ToldPage> {
  const { sql } = onPrimary(scope, service);
  const rows = await sql<LogRow[]>`
    select id, type, key, version, case when type = any(${pgArray(types)}::text[]) then data end as data, traceparent,
           occurred_at
      from events.outbox
     where id >= ${fromId} and id < ${beforeId}
     order by id
     limit ${limit}`;
  const events = rows.filter(({ type }) => types.includes(type)).map(eventIn);
  return { events, lastId: rows.length < limit ? null : (rows.at(-1)?.id ?? null) };
}
