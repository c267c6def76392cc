import type { Config } from "../../platform/config.ts";
import { databaseErrorCode, type Transaction } from "../../platform/database.ts";
import { appendEvents } from "../../platform/events/outbox.ts";
import { forWriting, type Scope } from "../../platform/scope.ts";
import { Problem } from "../../shared/errors.ts";
import { changed, requireVersion } from "./precondition.ts";
import { storedImages } from "./product.ts";
import { productEvent } from "./product-event.ts";
import { publishProduct } from "./publish-product.ts";
import type { ProductRow } from "./queries.ts";
import type { ProductBody } from "./schemas.ts";
import {
  addCategory,
  insertProduct,
  lockProduct,
  type ProductFields,
  putCard,
  takeSkus,
  updateProduct,
} from "./store.ts";

interface Saved {
  readonly row: ProductRow;
  readonly created: boolean;
  readonly formerSlug?: string;
}

/**
 * Creates the product under the id that the client chose, or replaces what stands there at the version that `ifMatch`
 * names. The row, its card, its SKUs, its category and its event commit together.
 * @throws Problem precondition-required, precondition-failed, slug-taken, sku-taken, currency-mismatch
 */
export async function putProduct(
  scope: Scope,
  id: string,
  body: ProductBody,
  ifMatch: string | undefined,
): Promise<Saved> {
  const { sql } = forWriting(scope, "catalog");
  try {
    const saved = await sql.begin((tx) => save(scope, tx, id, body, ifMatch));
    publishProduct(scope, saved.row, saved.formerSlug);
    return saved;
  } catch (error) {
    if (databaseErrorCode(error) !== "23505") throw error;
    throw new Problem("slug-taken", `Another product has the slug ${body.slug}.`);
  }
}

async function save(
  scope: Scope,
  tx: Transaction,
  id: string,
  body: ProductBody,
  ifMatch: string | undefined,
): Promise<Saved> {
  const skus = body.variants.map(({ sku }) => sku);
  const stock = await takeSkus(tx, id, skus);
  const known = await lockProduct(tx, id);
  if (known) requireVersion(ifMatch, known.version);
  else if (ifMatch !== undefined) throw changed(undefined);
  refuseForeign(scope, body, stock);
  await addCategory(tx, body.category, titleOf(body.category));
  const fields = fieldsOf(id, body, stock, scope.deps.config);
  const row = known ? await updateProduct(tx, fields) : await insertProduct(tx, fields);
  if (!row) throw new Problem("precondition-required", "The product was just created: read it and send If-Match.");
  await putCard(tx, row, known?.category);
  await appendEvents(tx, scope, [productEvent(row)]);
  return { row, created: !known, ...(known ? { formerSlug: known.slug } : {}) };
}

function refuseForeign(scope: Scope, { variants }: ProductBody, stock: ReadonlyMap<string, boolean>): void {
  const { CURRENCY } = scope.deps.config;
  if (variants.some(({ price }) => price.currency !== CURRENCY))
    throw new Problem("currency-mismatch", `This shop trades in ${CURRENCY}.`);
  const taken = variants.map(({ sku }) => sku).filter((sku) => !stock.has(sku));
  if (taken.length > 0) throw new Problem("sku-taken", `Another product has ${taken.join(", ")}.`, { skus: taken });
}

function fieldsOf(id: string, body: ProductBody, stock: ReadonlyMap<string, boolean>, config: Config): ProductFields {
  const { slug, name, description, category, metadata, status } = body;
  const variants = body.variants.map(({ sku, name, price }) => ({
    sku,
    name,
    price,
    available: stock.get(sku) ?? false,
  }));
  return {
    ...{ id, slug, name, description, category, metadata, status, variants },
    images: storedImages(body.images, config.PUBLIC_URL),
    priceAmount: Math.min(...variants.map(({ price }) => price.amount)),
    currency: config.CURRENCY,
  };
}

function titleOf(slug: string): string {
  return slug.replaceAll("-", " ").replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}
