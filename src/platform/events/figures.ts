import type { EventFigures } from "../../contracts/ports.ts";
import type { Service } from "../../contracts/services.ts";
import { rfc3339 } from "../../shared/times.ts";
import { onPrimary, type Scope } from "../scope.ts";

const countedMax = 1_000;

/** How the events of a service stand: those of its database that wait for the relay, and those dead to its consumers. */
export async function figuresOf(scope: Scope, service: Service): Promise<EventFigures> {
  const { sql } = onPrimary(scope, service);
  const [waiting] = await sql<{ count: string; since: string | null }[]>`
    select count(*) as count, min(occurred_at) as since
      from (select occurred_at from events.outbox
             where (xid, id) > ((select xid from events.cursor), (select event_id from events.cursor))
             order by xid, id limit ${countedMax}) waiting`;
  const [dead] = await sql<{ count: string }[]>`
    select count(*) as count
      from (select from events.dead d
              left join lateral (
                select true as is from events.inbox i
                 where i.consumer = d.consumer and i.event_id = d.event_id limit 1) done on true
             where d.consumer >= ${`${service}.`} and d.consumer < ${`${service}/`} and done.is is null
             limit ${countedMax}) dead`;
  const since = waiting?.since ?? null;
  return {
    unpublished: Number(waiting?.count ?? 0),
    unpublishedSince: since === null ? null : rfc3339(since),
    dead: Number(dead?.count ?? 0),
  };
}
