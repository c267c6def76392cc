import type { SendingConsumer } from "../../platform/events/consumer.ts";
import { onPrimary } from "../../platform/scope.ts";
import { publishProduct } from "./publish-product.ts";
import { productById } from "./queries.ts";

/**
 * Publishes to the caches once more what an instance may have died before publishing, and what an import changed. Of a
 * new product they hold nothing, or for seconds that it is missing.
 */
export const refreshCaches: SendingConsumer<"product.changed" | "product.withdrawn"> = {
  service: "catalog",
  name: "catalog.caches",
  send: async (scope, { key, version }) => {
    if (version === 1) return;
    const [row] = await productById(onPrimary(scope, "catalog")).execute({ id: key });
    if (row) publishProduct(scope, row);
  },
};
