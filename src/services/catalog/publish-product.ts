import { publish } from "../../platform/cache/cached.ts";
import type { Scope } from "../../platform/scope.ts";
import { productKey, productValue, slugKey, slugValue } from "./cached-values.ts";
import type { ProductRow } from "./queries.ts";

/** Puts the product as it stands on the primary into the caches. `formerSlug` where it has just been renamed. */
export function publishProduct(scope: Scope, row: ProductRow, formerSlug?: string): void {
  publish(scope, productKey(row.id), productValue(row, scope.deps.config.PUBLIC_URL));
  publish(scope, slugKey(row.slug), slugValue(row));
  if (formerSlug !== undefined && formerSlug !== row.slug) publish(scope, slugKey(formerSlug), slugValue(undefined));
}
