import type { ApplyingConsumer } from "../../platform/events/consumer.ts";
import { nameSkus } from "./store.ts";

/** What a SKU is called in the summary; a withdrawn product keeps its name. */
export const rememberNames: ApplyingConsumer<"product.changed" | "product.withdrawn"> = {
  service: "analytics",
  name: "analytics.names",
  apply: (_scope, tx, events) =>
    nameSkus(
      tx,
      events.flatMap(({ id, data }) =>
        data.variants.map(({ sku, name }) => ({
          sku,
          name: `${data.name}, ${name}`,
          category: data.category,
          eventId: id,
        })),
      ),
    ),
};
