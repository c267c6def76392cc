import type { Event } from "../../contracts/events.ts";
import { publish } from "../../platform/cache/cached.ts";
import { pgArray, type Transaction } from "../../platform/database.ts";
import type { ApplyingConsumer } from "../../platform/events/consumer.ts";
import { onPrimary, type Scope } from "../../platform/scope.ts";
import { productKey, productValue } from "./cached-values.ts";
import { productsOfSkus } from "./queries.ts";
import { hearStock, refreshHints } from "./store-hints.ts";

type StockEvent = Event<"stock.changed" | "stock.depleted">;

/** Keeps the hint that says whether a variant is in stock. */
export const rememberAvailability: ApplyingConsumer<"stock.changed" | "stock.depleted"> = {
  service: "catalog",
  name: "catalog.availability",
  apply: async (_scope: Scope, tx: Transaction, events: readonly StockEvent[]) => {
    await refreshHints(tx, await hearStock(tx, events));
  },
  afterwards: async (scope: Scope, events: readonly StockEvent[]) => {
    const skus = pgArray(events.map(({ data }) => data.sku));
    const rows = await productsOfSkus(onPrimary(scope, "catalog")).execute({ skus });
    for (const row of rows) publish(scope, productKey(row.id), productValue(row, scope.deps.config.PUBLIC_URL));
  },
};
