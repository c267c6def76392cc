import * as v from "valibot";
import { cached, type Found } from "../../platform/cache/cached.ts";
import { read } from "../../platform/consistency/read.ts";
import { mustBypassCaches } from "../../platform/consistency/requested.ts";
import type { Scope } from "../../platform/scope.ts";
import { isUuid } from "../../shared/ids.ts";
import { productKey, productValue, slugKey, slugValue } from "./cached-values.ts";
import { lookUpProduct } from "./look-up-product.ts";
import { type ProductRow, productBySlug } from "./queries.ts";
import { slugSchema } from "./schemas.ts";

/** The product's ready-made bytes by its id or slug; a 404 is one of the values. */
export async function readProduct(scope: Scope, idOrSlug: string): Promise<Found> {
  if (isUuid(idOrSlug)) return await readById(scope, idOrSlug.toLowerCase());
  if (!v.is(slugSchema, idOrSlug)) return { value: slugValue(undefined), came: "instance" };
  const { PUBLIC_URL } = scope.deps.config;
  if (mustBypassCaches(scope))
    return { value: productValue(await bySlug(scope, idOrSlug), PUBLIC_URL), came: "bypass" };
  const named = await cached(scope, slugKey(idOrSlug), async (reader) => slugValue(await bySlug(reader, idOrSlug)));
  if (!named.value.found) return named;
  return await readById(scope, new TextDecoder().decode(named.value.body));
}

async function readById(scope: Scope, id: string): Promise<Found> {
  return await cached(scope, productKey(id), async (reader) => {
    const row = await read(reader, "catalog", (db) => lookUpProduct(reader, db, id));
    return productValue(row, scope.deps.config.PUBLIC_URL);
  });
}

async function bySlug(scope: Scope, slug: string): Promise<ProductRow | undefined> {
  const [row] = await read(scope, "catalog", (db) => productBySlug(db).execute({ slug }));
  return row;
}
