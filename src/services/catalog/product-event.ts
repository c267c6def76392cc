import { event, type NewEvent } from "../../contracts/events.ts";
import type { ProductRow } from "./queries.ts";

/** What others hear of the product as it stands now. */
export function productEvent({ id, slug, name, category, status, version, ...row }: ProductRow): NewEvent {
  const variants = row.variants.map(({ sku, name, price }) => ({ sku, name, price }));
  return status === "withdrawn"
    ? event("product.withdrawn", id, version, { slug, name, category, status, variants })
    : event("product.changed", id, version, { slug, name, category, status, variants });
}
