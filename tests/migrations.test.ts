import { expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { migrateAll } from "../db/migrate.ts";
import journal from "../db/migrations/orders/meta/_journal.json" with { type: "json" };
import { seedProducts } from "../db/seed/products.ts";
import { readConfig } from "../src/platform/config.ts";
import { sha256 } from "../src/platform/hash.ts";
import { openShop } from "./support/shop.ts";

/** An empty database beside the shop's own. */
async function emptyDatabase() {
  const { env } = await openShop();
  const name = `empty_${randomUUID().replaceAll("-", "")}`;
  const admin = postgres(env.PRIMARY_ADMIN_URL ?? "", { max: 1 });
  await admin.unsafe(`create database ${name} owner headroom`);
  await admin.end();
  const url = new URL(env.DATABASE_URL ?? "");
  url.pathname = `/${name}`;
  return { url: url.href, config: readConfig({ ...env, DATABASE_URL: url.href, DATABASE_REPLICA_URLS: "" }) };
}

test("eight instances may migrate one empty database at the same moment, and again", async () => {
  const { url, config } = await emptyDatabase();
  await Promise.all(Array.from({ length: 8 }, () => migrateAll(config)));
  await migrateAll(config);
  const sql = postgres(url, { max: 1 });
  const views = await sql`select viewname from pg_views where schemaname = 'checks' order by viewname`;
  const partitions =
    await sql`select count(*)::int as count from pg_inherits where inhparent = 'orders.orders'::regclass`;
  const applied = await sql`select count(*)::int as count from migrations.orders`;
  await sql.end();
  expect(views.map((row) => row.viewname)).toEqual(
    expect.arrayContaining([
      "inbox",
      "ledger",
      "movements",
      "order_lines",
      "orders",
      "outbox",
      "payments",
      "reservations",
      "stock",
    ]),
  );
  expect(partitions[0]?.count).toBe(16);
  expect(applied[0]?.count).toBe(journal.entries.length);
});

test("the sample shop is the same on every run: 1,000 products in a dozen categories", () => {
  const products = seedProducts("USD");
  expect(products.length).toBe(1000);
  expect(new Set(products.map(({ category }) => category.slug)).size).toBe(12);
  expect(new Set(products.flatMap(({ variants }) => variants.map(({ sku }) => sku))).size).toBeGreaterThan(1000);
  expect(sha256(JSON.stringify(products))).toBe(sha256(JSON.stringify(seedProducts("USD"))));
  expect(sha256(JSON.stringify(products))).toBe("Akdz_gPwC1eLsil_ba3RFhTaZ7lOQJAMxjAI3mZ_PfY");
});
