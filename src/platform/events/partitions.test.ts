import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type EventServer, startEventServer, type World } from "../../../tests/support/event-world.ts";
import { partitionUpkeep } from "./partitions.ts";

let server: EventServer;
beforeAll(async () => {
  server = await startEventServer();
}, 60_000);
afterAll(() => server.close(), 60_000);

describe("the upkeep of partitions", () => {
  test("makes the coming weeks and leaves what is young", async () => {
    const world = await server.open();
    const before = await partitions(world);
    expect(before).toHaveLength(12);
    await world.sql.unsafe(`drop table events.${before[5]}, events.${before[11]}`);
    await Promise.all([partitionUpkeep(world.scope), partitionUpkeep(world.scope)]);
    expect(await partitions(world)).toEqual(before);
    await world.close();
  });

  test("drops what is older than 45 days, of the outbox only what was told", async () => {
    const world = await server.open();
    const young = await partitions(world);
    for (const parent of ["outbox", "inbox"])
      for (const day of ["20250106", "20250113"]) await make(world, parent, day);
    await world.sql`insert into events.outbox (id, type, key, version, data)
      values (events.first_id('2025-01-14'), 'stock.changed', 'a', 1, '{}')`;
    // Two that an upkeep which was broken off left behind: detached, and not even that.
    await world.sql.unsafe("alter table events.inbox detach partition events.inbox_20250106");
    await partitionUpkeep(world.scope);
    expect(await partitions(world)).toEqual([...young, "outbox_20250113"].sort());
    await world.sql`update events.cursor set xid = pg_current_xact_id()`;
    await partitionUpkeep(world.scope);
    expect(await partitions(world)).toEqual(young);
    await world.close();
  });
});

async function make(world: World, parent: string, day: string): Promise<void> {
  await world.sql.unsafe(`create table events.${parent}_${day} partition of events.${parent}
    for values from (events.first_id('${day}')) to (events.first_id('${day}'::date + 7))`);
}

async function partitions({ sql }: World): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select relname as name from pg_class
     where relnamespace = 'events'::regnamespace and relkind = 'r' and relname ~ '\\d{8}$' order by 1`;
  return rows.map(({ name }) => name);
}
