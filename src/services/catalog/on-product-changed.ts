import { pgArray } from "../../platform/database.ts";
import type { ApplyingConsumer } from "../../platform/events/consumer.ts";
import { onPrimary } from "../../platform/scope.ts";
import { publishProduct } from "./publish-product.ts";
import { productsByIds } from "./queries.ts";

/**
 * Publishes to the caches once more what an instance may have died before publishing, and what an import changed. Of a
 * new product they hold nothing, or for seconds that it is missing.
 */
export const refreshCaches: ApplyingConsumer<"product.changed" | "product.withdrawn"> = {
  service: "catalog",
  name: "catalog.caches",
  apply: async () => undefined,
  afterwards: async (scope, events) => {
    const ids = events.filter(({ version }) => version > 1).map(({ key }) => key);
    if (ids.length === 0) return;
    const rows = await productsByIds(onPrimary(scope, "catalog")).execute({ ids: pgArray([...new Set(ids)]) });
    for (const row of rows) publishProduct(scope, row);
  },
};
