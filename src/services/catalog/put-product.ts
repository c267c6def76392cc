import { auditEvent } from "../../platform/audit.ts";
import { databaseErrorCode, type Transaction } from "../../platform/database.ts";
import { appendEvents } from "../../platform/events/outbox.ts";
import { forWriting, type Scope } from "../../platform/scope.ts";
import { Problem } from "../../shared/errors.ts";
import { changed, requireVersion } from "./precondition.ts";
import { productEvent } from "./product-event.ts";
import { categoryOf, fieldsOf, requireCurrency, skuTaken, slugTaken } from "./product-fields.ts";
import { publishProduct } from "./publish-product.ts";
import type { ProductRow } from "./queries.ts";
import type { ProductBody } from "./schemas.ts";
import { addCategories, insertProducts, lockProducts, putCards, takeSkus, updateProducts } from "./store.ts";

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
    throw slugTaken(body.slug);
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
  const stock = await takeSkus(
    tx,
    skus.map((sku) => ({ sku, productId: id })),
  );
  const former = await lockProducts(tx, [id]);
  const known = former.get(id);
  if (known) requireVersion(ifMatch, known.version);
  else if (ifMatch !== undefined) throw changed(undefined);
  requireCurrency(body, scope.deps.config);
  const taken = skus.filter((sku) => !stock.has(sku));
  if (taken.length > 0) throw skuTaken(taken);
  await addCategories(tx, [categoryOf(body.category)]);
  const fields = [fieldsOf(id, body, stock, scope.deps.config)];
  const [row] = known ? await updateProducts(tx, fields) : await insertProducts(tx, fields);
  if (!row) throw new Problem("precondition-required", "The product was just created: read it and send If-Match.");
  await putCards(tx, [row], former);
  const action = known ? "product.updated" : "product.created";
  const { status, version } = row;
  const record = auditEvent(scope, { action, target: { type: "product", id }, detail: { status, version } });
  await appendEvents(tx, scope, [productEvent(row), record]);
  return { row, created: !known, ...(known ? { formerSlug: known.slug } : {}) };
}
