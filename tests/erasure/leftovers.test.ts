import { describe, expect, test } from "bun:test";
import type { EventData, EventType } from "../../src/contracts/events.ts";
import type { Service } from "../../src/contracts/services.ts";
import { bury } from "../../src/platform/events/bury.ts";
import { deliver } from "../../src/platform/events/deliver.ts";
import { backgroundScope } from "../../src/platform/scope.ts";
import { subscriptions } from "../../src/subscriptions.ts";
import { eventually } from "../support/client.ts";
import { toldOf } from "../support/fulfilment.ts";
import { leftovers } from "../support/leftovers.ts";
import { erase, live, newPerson } from "../support/persons.ts";
import { openShop } from "../support/shop.ts";

const withinMs = 60_000;

const gone = async (texts: readonly string[]) => {
  const { sql } = await openShop();
  await eventually(async () => (await leftovers(sql, texts)).length === 0, withinMs);
};

const hears: readonly Service[] = ["orders", "payments", "notifications", "analytics"];

/** Once every service has heard of it. */
const heardByAll = async (userId: string) => {
  const { sql } = await openShop();
  await eventually(async () => {
    const rows = await sql`
      select from events.inbox i join events.outbox o on o.id = i.event_id where o.type = 'user.erased' and o.key = ${userId}`;
    return rows.length === hears.length;
  }, withinMs);
};

async function bring<T extends EventType>(service: Service, ...told: { type: T; key: string; data: EventData<T> }[]) {
  const { deps } = await openShop();
  const stamps = { schema: 1, version: 90, occurredAt: new Date().toISOString(), traceparent: null } as const;
  const events = told.map((one) => ({ ...one, ...stamps, id: Bun.randomUUIDv7() }));
  const failures = await deliver(backgroundScope(deps, { about: { test: true } }), subscriptions, service, events);
  expect(failures).toEqual([]);
  return events;
}

describe("an erased user", () => {
  test("is found in no column of any table 60 s later, and whatever is planted is found", async () => {
    const { sql } = await openShop();
    const person = await newPerson();
    const { delivered, pending } = await live(person);
    expect(await leftovers(sql, person.texts)).toEqual([
      "events.outbox",
      "identity.users",
      "notifications.contacts",
      "orders.orders",
    ]);
    expect((await erase(person)).status).toBe(202);
    await gone(person.texts);
    await heardByAll(person.id);

    // Whose they were, they say by an id that names nobody any more, in nothing that is his alone.
    expect(await leftovers(sql, [person.id])).toEqual([
      "events.erased",
      "events.outbox",
      "inventory.reservations",
      "orders.closures",
      "orders.orders",
      "payments.ledger",
      "payments.payments",
    ]);
    const rows = await sql`select id, status, total from orders.orders where user_id = ${person.id}`;
    expect(rows.find(({ id }) => id === delivered)).toMatchObject({ status: "delivered", total: "1000" });
    expect(rows.find(({ id }) => id === pending)).toMatchObject({ status: "cancelled" });
    expect((await toldOf(pending, "order.cancelled"))[0]).toMatchObject({ reason: "erased" });

    const [text = ""] = person.texts;
    await sql`update orders.orders set metadata = ${JSON.stringify({ gift: text })}::text::jsonb where id = ${delivered}`;
    await sql`insert into notifications.contacts values (gen_random_uuid(), ${text.toUpperCase()}, '', 1)`;
    await sql`insert into events.outbox (type, key, version, data) values ('user.painted', 'k', 1, ${JSON.stringify({ of: [text] })}::text::jsonb)`;
    expect(await leftovers(sql, person.texts)).toEqual(["events.outbox", "notifications.contacts", "orders.orders"]);
    await sql`update orders.orders set metadata = '{}' where id = ${delivered}`;
    await sql`delete from notifications.contacts where email = ${text.toUpperCase()}`;
    await sql`update events.outbox set data = '{}' where type = 'user.painted'`;
  }, 120_000);

  test("does not come back by events that come late, come again or die late", async () => {
    const { sql, deps } = await openShop();
    const person = await newPerson();
    const { id: key, email, name, texts } = person;
    await eventually(async () => (await mailsTo(email)).length === 1);
    await erase(person);
    await heardByAll(key);
    const data = { email, name, region: "main" };
    const order = { userId: key, lines: [], total: { amount: 1000, currency: "USD" } };
    const sent = await mailsTo(email);
    for (const service of ["notifications", "analytics"] as const) {
      await bring(service, { type: "user.registered", key, data: { ...data, requestId: "request" } });
      await bring(service, { type: "user.updated", key, data });
      await bring(service, { type: "order.paid", key: crypto.randomUUID(), data: { ...order, paymentId: null } });
    }
    await bring("notifications", { type: "user.reset-requested", key, data: { ...data, requestId: "request" } });
    await bring("analytics", { type: "order.placed", key: crypto.randomUUID(), data: { ...order, expiresAt: "" } });
    const [dying] = [
      { id: Bun.randomUUIDv7(), type: "user.registered", version: 1, occurredAt: "", key, data, traceparent: null },
    ];
    const given = { status: 500, retried: 5, sourceBody: btoa(JSON.stringify({ events: [dying] })) };
    await bury(backgroundScope(deps, { about: {} }), subscriptions, "notifications", JSON.stringify(given));

    expect(await leftovers(sql, texts)).toEqual([]);
    expect(await leftovers(sql, [key])).toEqual(["events.dead", "events.erased", "events.outbox", "orders.closures"]);
    expect(await mailsTo(email)).toEqual(sent);
    await sql`delete from events.dead where event_id = ${dying?.id ?? ""}`;
  }, 120_000);

  test("stays away in whatever order, or at once, the events of his life arrive", async () => {
    const { sql } = await openShop();
    const users = Array.from({ length: 24 }, () => crypto.randomUUID());
    await Promise.all(
      users.flatMap((key, index) => {
        const person = { email: `late-${key}@example.com`, name: `Late ${key}`, region: "main" };
        const erased = { type: "user.erased" as const, key, data: {} };
        const registered = { type: "user.registered" as const, key, data: person };
        return (["notifications", "analytics"] as const).flatMap((service) => {
          if (index % 3 === 0) return [bring(service, registered), bring(service, erased)];
          return [
            index % 3 === 1
              ? bring<EventType>(service, erased, registered)
              : bring<EventType>(service, registered, erased),
          ];
        });
      }),
    );
    expect(
      await leftovers(
        sql,
        users.map((key) => `late-${key}`),
      ),
    ).toEqual([]);
    const rows = await sql`
      select from notifications.notifications where user_id = any(${`{${users}}`}::uuid[])
       union all select from analytics.events where user_id = any(${`{${users}}`}::uuid[])
       union all select from analytics.users where user_id = any(${`{${users}}`}::uuid[])`;
    expect(rows.length).toBe(0);
  }, 120_000);

  test("still counts in the shop's figures, as nobody", async () => {
    const { sql } = await openShop();
    const person = await newPerson();
    const { delivered } = await live(person);
    const figures = () => sql`
      select user_id, orders, revenue, xid, region from analytics.events where key = ${delivered} and type = 'order.paid'`;
    const [before] = await eventually(async () => {
      const rows = await figures();
      return rows.length === 1 && rows;
    });
    expect(before?.user_id).toBe(person.id);
    await erase(person);
    await heardByAll(person.id);
    const [after] = await figures();
    expect(after).toEqual({ ...before, user_id: "00000000-0000-0000-0000-000000000000" });
  }, 120_000);
});

async function mailsTo(email: string): Promise<string[]> {
  const { config } = await openShop();
  const response = await fetch(`${config.MAILBOX_URL}/messages?to=${encodeURIComponent(email)}`);
  const { data } = (await response.json()) as { data: { kind: string }[] };
  return data.map(({ kind }) => kind);
}
