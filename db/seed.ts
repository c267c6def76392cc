import { parseArgs } from "node:util";
import postgres from "postgres";
import type { Service } from "../src/contracts/services.ts";
import type { Config } from "../src/platform/config.ts";
import { configOrExit } from "../src/platform/config-or-exit.ts";
import { seedAnalytics } from "./seed/analytics.ts";
import { seedCatalog } from "./seed/catalog.ts";
import { seedIdentity } from "./seed/identity.ts";
import { seedInventory } from "./seed/inventory.ts";
import { seedContacts } from "./seed/notifications.ts";
import { seedOrders } from "./seed/orders.ts";
import { seedProducts } from "./seed/products.ts";

const defaultBuyers = 20;

/**
 * Fills a shop with 1,000 products, their stock and prices, and the accounts that the contract names. What is there
 * stays as it is, so that a second run changes nothing. Analyses nothing: autovacuum will, and only what is filled, whereas
 * statistics of the tables that are still empty would make the planner read them in full.
 */
export async function seed(config: Config, { buyers = defaultBuyers } = {}): Promise<void> {
  const products = seedProducts(config.CURRENCY);
  await on(config, "identity", (sql) => seedIdentity(sql, { buyers, scryptLn: config.SCRYPT_LN }));
  await on(config, "notifications", (sql) => seedContacts(sql, { buyers }));
  await on(config, "catalog", (sql) => seedCatalog(sql, products));
  await on(config, "inventory", (sql) => seedInventory(sql, products));
  await on(config, "orders", (sql) => seedOrders(sql, products));
  await on(config, "analytics", (sql) => seedAnalytics(sql, products));
}

async function on(config: Config, service: Service, work: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  if (!config.SERVICES.has(service)) return;
  const sql = postgres(config.DATABASES[service].url, { max: 1, onnotice: () => undefined });
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}

if (import.meta.main) {
  // biome-ignore lint/style/noProcessEnv: an entry reads the environment once.
  const config = configOrExit(process.env);
  if (config.HEADROOM_MODE !== "embedded") {
    console.error("Sample data are for the embedded mode only.");
    process.exit(1);
  }
  const { values } = parseArgs({ options: { buyers: { type: "string", default: String(defaultBuyers) } } });
  await seed(config, { buyers: Number(values.buyers) });
  console.log("The shop is filled.");
}
