import type { Shop } from "../../loadtests/lab/shop.ts";

const restWithinMs = 120_000;

/** Waits until the relay has told every event; answers the seconds it took. */
export async function atRest({ sql }: Shop): Promise<number> {
  for (const start = Date.now(); Date.now() - start < restWithinMs; await Bun.sleep(50)) {
    const [left] = await sql`
      select 1 from events.outbox
       where (xid, id) > ((select xid from events.cursor), (select event_id from events.cursor)) order by xid, id limit 1`;
    if (left === undefined) return (Date.now() - start) / 1000;
  }
  throw new Error(`The relay had not told all events after ${restWithinMs / 1000} s.`);
}

/** Lets the relay never tell what has been written so far: for a load that is not the server's. */
export async function skipEvents({ admin }: Shop): Promise<void> {
  await admin`
    update events.cursor set (xid, event_id) = (select xid, id from events.outbox order by xid desc, id desc limit 1)`;
}
