import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres, { type Sql } from "postgres";
import type { Cluster } from "../../local/postgres/cluster.ts";
import { subscriptions } from "../../src/subscriptions.ts";
import { startTestCluster } from "./cluster.ts";
import { duringLoad, type Invariant, invariants } from "./invariants.ts";

const checks = readFileSync(join(import.meta.dirname, "../../db/checks.sql"), "utf8");

/** Stands for the views; one order of each kind, paid for where it should be. */
const soundShop = `
  create schema checks;
  create table checks.orders(user_id int, id int, status text, total bigint, currency text, subtotal bigint, discount bigint default 0,
    shipping bigint default 0, tax bigint default 0, created_at timestamptz default now(), expires_at timestamptz default now());
  create table checks.order_history(user_id int, order_id int, nth int, status text, at timestamptz default now());
  create table checks.order_lines(user_id int, order_id int, sku text, quantity int, unit_price bigint);
  create table checks.stock(sku text, on_hand int, reserved int);
  create table checks.movements(sku text, delta int, reason text, order_id int, at timestamptz default now());
  create table checks.reservations(sku text, order_id int, quantity int, state text, expires_at timestamptz default now(), reserved_at timestamptz default now());
  create table checks.ledger(entry_id int, account text, amount bigint, currency text, payment_id int);
  create table checks.payments(id int, user_id int, order_id int, status text, amount bigint, refunded bigint, reference text);
  create table checks.refunds(user_id int, id int, payment_id int, amount bigint, currency text, status text, reason text, restock boolean default false);
  create table checks.order_refunds(user_id int, order_id int, refunded bigint);
  create table checks.outbox(event_id int, type text, at timestamptz default now());
  create table checks.inbox(consumer text, event_id int, at timestamptz default now());
  create table checks.dead(consumer text, event_id int, at timestamptz default now());

  insert into checks.orders values (1, 1, 'pending', 200, 'USD', 200, 0), (1, 2, 'paid', 300, 'USD', 300, 0), (2, 3, 'expired', 100, 'USD', 100, 0),
    (2, 4, 'paid', 50, 'USD', 100, 50), (2, 5, 'refunded', 100, 'USD', 100, 0), (2, 6, 'shipped', 0, 'USD', 0, 0);
  insert into checks.order_history values (1, 1, 1, 'pending'), (1, 2, 1, 'pending'), (1, 2, 2, 'paid'), (2, 3, 1, 'pending'), (2, 3, 2, 'expired'),
    (2, 4, 1, 'pending'), (2, 4, 2, 'paid'), (2, 5, 1, 'pending'), (2, 5, 2, 'paid'), (2, 5, 3, 'refunded'),
    (2, 6, 1, 'pending'), (2, 6, 2, 'paid'), (2, 6, 3, 'shipped');
  insert into checks.order_lines values (1, 1, 'A', 2, 100), (1, 2, 'A', 1, 100), (1, 2, 'B', 1, 200), (2, 3, 'A', 1, 100),
    (2, 4, 'A', 1, 100), (2, 5, 'A', 1, 100), (2, 6, 'FREE', 1, 0);
  insert into checks.reservations values ('A', 1, 2, 'held'), ('A', 2, 1, 'committed'), ('B', 2, 1, 'committed'), ('A', 3, 1, 'released'),
    ('A', 4, 1, 'committed'), ('coupon:HALF', 4, 1, 'committed'), ('A', 5, 1, 'committed'), ('FREE', 6, 1, 'committed');
  insert into checks.movements values ('A', 10, 'receipt', null), ('B', 1, 'receipt', null), ('coupon:HALF', 5, 'receipt', null), ('FREE', 1, 'receipt', null),
    ('A', -1, 'sold', 2), ('B', -1, 'sold', 2), ('A', -1, 'sold', 4), ('coupon:HALF', -1, 'sold', 4), ('A', -1, 'sold', 5), ('FREE', -1, 'sold', 6);
  insert into checks.stock values ('A', 7, 2), ('B', 0, 0), ('coupon:HALF', 4, 0), ('FREE', 0, 0);
  insert into checks.payments values (1, 1, 2, 'failed', 300, 0, 'a'), (2, 1, 2, 'captured', 300, 0, 'b'), (3, 2, 4, 'captured', 50, 0, 'c'), (4, 2, 5, 'refunded', 100, 100, 'd');
  insert into checks.ledger values (1, 'provider', 300, 'USD', 2), (1, 'sales', -300, 'USD', 2), (2, 'provider', 50, 'USD', 3), (2, 'sales', -50, 'USD', 3),
    (5, 'provider', 100, 'USD', 4), (5, 'sales', -100, 'USD', 4), (6, 'provider', -100, 'USD', 4), (6, 'sales', 100, 'USD', 4);
  insert into checks.refunds values (2, 1, 4, 100, 'USD', 'succeeded', 'asked'), (2, 2, 4, 100, 'USD', 'failed', 'asked');
  insert into checks.order_refunds select user_id, id, case id when 5 then 100 else 0 end from checks.orders;
  insert into checks.outbox values (1, 'order.placed'), (2, 'order.paid'), (3, 'stock.changed'), (4, 'payment.captured');
  insert into checks.inbox values ('inventory.commit', 2), ('notifications.receipt', 2), ('catalog.availability', 3), ('orders.pay', 4),
    ('analytics.placed', 1), ('analytics.sales', 2);
  insert into checks.dead values ('notifications.receipt-mail', 2);`;

/** A fault to plant, and the promises that it breaks. */
const faults: [what: string, statement: string, broken: string[]][] = [
  [
    "an order lost after its stock was reserved",
    "delete from checks.orders where id = 1; delete from checks.order_history where order_id = 1",
    ["a reservation is held exactly while its order is pending"],
  ],
  [
    "a hold that the sweep forgot",
    "delete from checks.orders where id = 1; delete from checks.order_history where order_id = 1; update checks.reservations set reserved_at = now() - interval '1 hour' where order_id = 1",
    ["a reservation is held exactly while its order is pending", "no stock is held for long without an order"],
  ],
  [
    "an order that reserved nothing",
    "insert into checks.orders values (3, 7, 'pending', 100, 'USD', 100); insert into checks.order_history values (3, 7, 1, 'pending'); insert into checks.order_lines values (3, 7, 'A', 1, 100)",
    [
      "a reservation is held exactly while its order is pending",
      "every order has lines, each reserved in its quantity",
    ],
  ],
  [
    "a unit sold that was not there",
    "update checks.stock set on_hand = -1 where sku = 'B'; insert into checks.movements values ('B', -1, 'sold', null)",
    ["no stock is oversold"],
  ],
  [
    "more held than there is",
    "update checks.stock set reserved = 8 where sku = 'A'; update checks.reservations set quantity = 8 where order_id = 1; update checks.order_lines set quantity = 8, unit_price = 25 where order_id = 1",
    ["no stock is oversold"],
  ],
  [
    "a hold that the stock forgot",
    "update checks.stock set reserved = 1 where sku = 'A'",
    ["reserved is the sum of held reservations"],
  ],
  [
    "stock without a row, held all the same",
    "delete from checks.stock where sku = 'A'",
    ["on hand is the sum of movements", "reserved is the sum of held reservations"],
  ],
  [
    "an order that took its units twice",
    "insert into checks.movements values ('A', -1, 'sold', 2); update checks.stock set on_hand = 6 where sku = 'A'",
    ["no order takes its units twice"],
  ],
  [
    "a receipt without a movement",
    "update checks.stock set on_hand = 8 where sku = 'A'",
    ["on hand is the sum of movements"],
  ],
  [
    "an expired order that keeps its stock",
    "update checks.orders set status = 'expired' where id = 1; insert into checks.order_history values (1, 1, 2, 'expired')",
    [
      "a reservation is held exactly while its order is pending",
      "a reservation is released exactly when its order was cancelled or expired",
    ],
  ],
  [
    "an order at a wrong price",
    "update checks.orders set total = 199 where id = 1",
    ["every order costs what its lines say"],
  ],
  [
    "a line that was left out of the sum",
    "update checks.orders set total = 100, subtotal = 100 where id = 1",
    ["every order costs what its lines say"],
  ],
  [
    "an order that expired too soon",
    "update checks.orders set expires_at = now() + interval '1 minute' where id = 3",
    ["no order expired before its time"],
  ],
  [
    "an order shipped before it was paid",
    "update checks.order_history set status = 'shipped' where order_id = 6 and nth = 2; delete from checks.order_history where order_id = 6 and nth = 3",
    ["every history follows the arrows of an order's life"],
  ],
  [
    "an order that came back from its end",
    "update checks.orders set status = 'pending' where id = 3; update checks.reservations set state = 'held' where order_id = 3; update checks.stock set reserved = 3 where sku = 'A'; insert into checks.order_history values (2, 3, 3, 'pending')",
    ["every history follows the arrows of an order's life"],
  ],
  [
    "a history that lacks the last step",
    "delete from checks.order_history where order_id = 6 and nth = 3",
    ["every history ends in its order's status"],
  ],
  [
    "an entry with one leg",
    "insert into checks.ledger values (3, 'sales', 5, 'USD', 2)",
    ["every ledger entry sums to zero", "the ledger sums to zero in each currency"],
  ],
  [
    "an entry balanced by another",
    "insert into checks.ledger values (3, 'sales', 5, 'USD', 2), (4, 'sales', -5, 'USD', 2)",
    ["every ledger entry sums to zero"],
  ],
  [
    "a legs' pair in two currencies",
    "insert into checks.ledger values (3, 'sales', 5, 'USD', 2), (3, 'provider', -5, 'EUR', 2)",
    [
      "every ledger entry sums to zero",
      "the ledger holds what each payment moved",
      "the ledger sums to zero in each currency",
    ],
  ],
  [
    "a second capture",
    "insert into checks.payments values (5, 1, 2, 'captured', 300, 0, 'e')",
    [
      "no order is captured twice",
      "the ledger holds what each payment moved",
      "what is captured is what paid orders cost",
    ],
  ],
  [
    "money kept for an expired order",
    "insert into checks.payments values (5, 2, 3, 'captured', 100, 0, 'e'); insert into checks.ledger values (7, 'provider', 100, 'USD', 5), (7, 'sales', -100, 'USD', 5)",
    ["what is captured is what paid orders cost"],
  ],
  [
    "a paid order that nobody paid for",
    "delete from checks.payments where id = 3; delete from checks.ledger where payment_id = 3",
    ["what is captured is what paid orders cost"],
  ],
  [
    "a capture that is not in the books",
    "delete from checks.ledger where payment_id = 3",
    ["the ledger holds what each payment moved"],
  ],
  [
    "a capture that is in the books twice",
    "insert into checks.ledger select entry_id + 10, account, amount, currency, payment_id from checks.ledger where entry_id = 2",
    ["the ledger holds what each payment moved"],
  ],
  [
    "more on its way back than was taken",
    "insert into checks.refunds values (2, 3, 4, 1, 'USD', 'processing', 'asked')",
    ["no payment gives back more than it took"],
  ],
  ["a refund that nobody asked for", "delete from checks.refunds", ["no payment gives back more than it took"]],
  [
    "a refund that its order does not know of",
    "update checks.order_refunds set refunded = 0",
    ["an order says of its refunds what its payment says"],
  ],
  [
    "an order that goes on after all its money went back",
    "update checks.orders set status = 'paid' where id = 5; delete from checks.order_history where order_id = 5 and nth = 3",
    [
      "an order is refunded exactly when all of its payment went back and it had not ended",
      "what is captured is what paid orders cost",
    ],
  ],
  [
    "an event that a consumer never got",
    "delete from checks.inbox where consumer = 'inventory.commit'",
    ["every consumer handled every event once, or it is dead"],
  ],
  [
    "an event that a consumer never got and nobody counts as dead",
    "delete from checks.dead",
    ["every consumer handled every event once, or it is dead"],
  ],
  [
    "an event handled twice",
    "insert into checks.inbox values ('orders.pay', 4)",
    ["every consumer handled every event once, or it is dead", "no consumer handled an event twice"],
  ],
];

describe("the invariants", () => {
  let home: string;
  let cluster: Cluster;
  let admin: Sql;
  let databases = 0;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "headroom-invariants-"));
    cluster = await startTestCluster(home);
    admin = postgres(cluster.urls.primaryAdmin, { max: 1 });
    await admin.unsafe("create database sound_shop");
    await inDatabase("sound_shop", (sql) => sql.unsafe(soundShop));
  }, 120_000);

  afterAll(async () => {
    await admin.end();
    await cluster.stop();
    await rm(home, { recursive: true });
  }, 60_000);

  test("hold in a sound shop", async () => {
    const found = await inShopWith("", invariants);
    expect(found.length).toBe(23);
    expect(broken(found)).toEqual([]);
  });

  test.each(faults)("find %s", async (_, statement, expected) => {
    const found = await inShopWith(statement, invariants);
    expect(broken(found)).toEqual([...expected].sort());
  });

  test("during load leave out what events have yet to do", async () => {
    const paidButNotCommitted = "update checks.orders set status = 'paid' where id = 1; delete from checks.inbox";
    expect(broken(await inShopWith(paidButNotCommitted, duringLoad))).toEqual([]);
  });

  test("during load find what is oversold at once", async () => {
    const found = await inShopWith("update checks.stock set reserved = 8 where sku = 'A'", duringLoad);
    expect(broken(found)).toEqual(["no stock is oversold", "reserved is the sum of held reservations"]);
  });

  test("are one file that anybody can run as it is, with a row for each", async () => {
    const rows = await inShopWith("", async (sql) => {
      const answers = await sql.unsafe(checks);
      return answers.flat().map(({ name, violations }) => ({ name, violations }));
    });
    expect(rows).toEqual(await inShopWith("", invariants));
  });

  test("know every consumer that there is", () => {
    const listed = /heard\(type, consumer\) AS \(VALUES(.*?)\)\),/s.exec(checks)?.[1] ?? "";
    const heard = Array.from(`${listed})`.matchAll(/\('(.+?)', '(.+?)'\)/g), ([, type, name]) => `${type} ${name}`);
    const subscribed = Object.entries(subscriptions).flatMap(([type, of]) => of.map(({ name }) => `${type} ${name}`));
    expect(heard.sort()).toEqual(subscribed.sort());
  });

  /** Runs the check on a copy of the sound shop in which a fault was planted. */
  async function inShopWith(fault: string, check: (sql: Sql) => Promise<Invariant[]>): Promise<Invariant[]> {
    databases += 1;
    const name = `shop_${databases}`;
    await admin.unsafe(`create database ${name} template sound_shop`);
    return inDatabase(name, async (sql) => {
      await sql.unsafe(fault);
      return check(sql);
    });
  }

  async function inDatabase<T>(name: string, work: (sql: Sql) => Promise<T>): Promise<T> {
    const sql = postgres(cluster.urls.primaryAdmin, { database: name, max: 1 });
    try {
      return await work(sql);
    } finally {
      await sql.end();
    }
  }
});

function broken(found: Invariant[]): string[] {
  return found
    .filter(({ violations }) => violations > 0)
    .map(({ name }) => name)
    .sort();
}
