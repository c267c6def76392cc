import type { Event } from "../../contracts/events.ts";
import type { ApplyingConsumer } from "../../platform/events/consumer.ts";
import { type PricedProduct, takeOverPrices } from "./store.ts";

type ProductEvent = Event<"product.changed" | "product.withdrawn">;

/** Keeps the orders service's own price list; a withdrawn product's SKUs are refused from then on. */
export const followPrices: ApplyingConsumer<"product.changed" | "product.withdrawn"> = {
  service: "orders",
  name: "orders.prices",
  apply: (_scope, tx, events) => takeOverPrices(tx, events.map(pricedProduct)),
};

function pricedProduct({ key, version, data }: ProductEvent): PricedProduct {
  return {
    productId: key,
    version,
    active: data.status === "active",
    currency: data.variants[0]?.price.currency ?? "",
    variants: data.variants.map(({ sku, name, price }) => ({
      sku,
      name: `${data.name}, ${name}`,
      amount: price.amount,
    })),
  };
}
