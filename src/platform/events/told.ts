import type { ToldEvent, ToldPage, ToldRange } from "../../contracts/ports.ts";
import type { Service } from "../../contracts/services.ts";
import { rfc3339 } from "../../shared/times.ts";
import { pgArray } from "../database.ts";
import { onPrimary, type Scope } from "../scope.ts";

/** A page of the log by id, which is by time: what it says of the given types. The week is in the id, so is the partition. */
export async function toldIn(
  scope: Scope,
  service: Service,
  { types, fromId, beforeId, limit }: ToldRange,
): Promise<ToldPage> {
  const { sql } = onPrimary(scope, service);
  const rows = await sql<Row[]>`
    select id, type, key, version, case when type = any(${pgArray(types)}::text[]) then data end as data, traceparent,
           occurred_at
      from events.outbox
     where id >= ${fromId} and id < ${beforeId}
     order by id
     limit ${limit}`;
  const events = rows.filter(({ type }) => types.includes(type)).map(asTold);
  return { events, lastId: rows.length < limit ? null : (rows.at(-1)?.id ?? null) };
}

interface Row {
  readonly id: string;
  readonly type: string;
  readonly key: string;
  readonly version: string;
  readonly data: unknown;
  readonly traceparent: string | null;
  readonly occurred_at: string;
}

function asTold({ occurred_at, version, ...row }: Row): ToldEvent {
  return { ...row, schema: 1, version: Number(version), occurredAt: rfc3339(occurred_at) };
}
