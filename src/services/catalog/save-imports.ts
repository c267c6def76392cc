import { databaseErrorCode, type Handle, pgArray, type Transaction } from "../../platform/database.ts";
import { appendEvents } from "../../platform/events/outbox.ts";
import { canonicalJson, derivedId } from "../../platform/hash.ts";
import { forWriting, type Scope } from "../../platform/scope.ts";
import { type Problem, retryLater } from "../../shared/errors.ts";
import { productEvent } from "./product-event.ts";
import { categoryOf, fieldsOf, skuTaken, slugTaken } from "./product-fields.ts";
import { idsOfSlugs, type ProductRow, productsByIds, sellersOfSkus } from "./queries.ts";
import type { ImportLine } from "./schemas.ts";
import { addCategories, insertProducts, lockProducts, putCards, takeSkus, updateProducts } from "./store.ts";

/** What became of a line. */
export type Imported = "created" | "updated" | "unchanged" | Problem;

const attemptsMax = 5;

/** What a line is about: the product of this id, as it stands. */
interface Meant {
  readonly line: ImportLine;
  readonly id: string;
  readonly row: ProductRow | undefined;
}

interface Seen {
  readonly meant: readonly Meant[];
  readonly idOfSlug: ReadonlyMap<string, string>;
  readonly sellerOfSku: ReadonlyMap<string, string | null>;
}

/**
 * Saves the lines in their order, as many at once as are about different things: in two transactions, so that two of the
 * database's processes share the work where there is more than one connection. The outcomes stand as the lines do. What
 * is unchanged is only read.
 * @throws Problem overloaded, where others keep changing the same products
 */
export async function saveImports(scope: Scope, lines: readonly ImportLine[]): Promise<Imported[]> {
  const db = forWriting(scope, "catalog");
  const outcomes: Imported[] = [];
  while (outcomes.length < lines.length) {
    const seen = await look(db, lines.slice(outcomes.length));
    const distinct = distinctOf(seen.meant);
    const middle = Math.ceil(distinct.length / 2);
    const halves = [distinct.slice(0, middle), distinct.slice(middle)];
    const saved = await Promise.all(halves.map((meant) => saveDistinct(scope, db, { ...seen, meant })));
    outcomes.push(...saved.flat());
  }
  return outcomes;
}

async function saveDistinct(scope: Scope, db: Handle, first: Seen): Promise<Imported[]> {
  const lines = first.meant.map(({ line }) => line);
  let seen = first;
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const saved = await save(scope, db, seen);
    if (saved !== undefined) return saved;
    seen = await look(db, lines);
  }
  throw retryLater("overloaded", "Others are changing these products; send the file again.");
}

async function look(db: Handle, lines: readonly ImportLine[]): Promise<Seen> {
  const slugs = pgArray(lines.map(({ slug }) => slug));
  const skus = pgArray(lines.flatMap(({ variants }) => variants.map(({ sku }) => sku)));
  // SKUs first: a product that comes between the two is met by its slug, not as somebody else who has the SKU.
  const sellers = await sellersOfSkus(db).execute({ skus });
  const idOfSlug = new Map((await idsOfSlugs(db).execute({ slugs })).map(({ slug, id }) => [slug, id]));
  const ids = lines.map(({ id, slug }) => id ?? idOfSlug.get(slug) ?? derivedId("imported", slug));
  const rows = new Map((await productsByIds(db).execute({ ids: pgArray(ids) })).map((row) => [row.id, row]));
  return {
    meant: lines.map((line, index) => ({ line, id: ids[index] ?? "", row: rows.get(ids[index] ?? "") })),
    idOfSlug,
    sellerOfSku: new Map(sellers.map(({ sku, productId }) => [sku, productId])),
  };
}

/** The first lines, up to one that is about what another is about. */
function distinctOf(meant: readonly Meant[]): readonly Meant[] {
  const things = new Set<string>();
  const end = meant.findIndex(({ line, id, row }) => {
    const slugs = new Set([line.slug, row?.slug ?? line.slug]);
    const own = [id, ...[...slugs].map((slug) => `slug ${slug}`), ...line.variants.map(({ sku }) => `sku ${sku}`)];
    const isMet = own.some((thing) => things.has(thing));
    for (const thing of own) things.add(thing);
    return isMet;
  });
  return end < 0 ? meant : meant.slice(0, end);
}

/** Undefined where something has changed since it was seen: nothing was saved. */
async function save(scope: Scope, db: Handle, seen: Seen): Promise<Imported[] | undefined> {
  const outcomes = seen.meant.map((meant) => outcomeOf(scope, meant, seen));
  const changing = seen.meant.filter((_, index) => outcomes[index] === "created" || outcomes[index] === "updated");
  if (changing.length === 0) return outcomes;
  try {
    await db.sql.begin((tx) => write(scope, tx, changing));
    return outcomes;
  } catch (error) {
    if (error instanceof ChangedSince || /^(23505|40001|40P01)$/.test(databaseErrorCode(error) ?? "")) return undefined;
    throw error;
  }
}

function outcomeOf(scope: Scope, { line, id, row }: Meant, { idOfSlug, sellerOfSku }: Seen): Imported {
  if ((idOfSlug.get(line.slug) ?? id) !== id) return slugTaken(line.slug);
  const taken = line.variants.map(({ sku }) => sku).filter((sku) => (sellerOfSku.get(sku) ?? id) !== id);
  if (taken.length > 0) return skuTaken(taken);
  if (!row) return "created";
  const wanted = fieldsOf(id, line, new Map(), scope.deps.config);
  return sameText(wanted) === sameText(row) ? "unchanged" : "updated";
}

/** All that an admin sets. */
function sameText({ slug, name, description, category, images, metadata, status, ...of }: Comparable): string {
  const variants = of.variants.map(({ sku, name: variant, price }) => ({ sku, variant, price }));
  return canonicalJson([slug, name, description, category, images, metadata, status, variants]);
}

type Comparable = Pick<
  ProductRow,
  "slug" | "name" | "description" | "category" | "images" | "metadata" | "status" | "variants"
>;

class ChangedSince extends Error {}

/**
 * Locks are taken as everywhere: SKUs in their order, then products by id. The caches follow by the products' events:
 * so many would be published twice.
 */
async function write(scope: Scope, tx: Transaction, changing: readonly Meant[]): Promise<void> {
  const skus = changing.flatMap(({ line, id }) => line.variants.map(({ sku }) => ({ sku, productId: id })));
  const stock = await takeSkus(tx, skus);
  const known = changing.flatMap(({ row }) => row ?? []);
  const former = await lockProducts(
    tx,
    known.map(({ id }) => id),
  );
  if (stock.size < skus.length || known.some(({ id, version }) => former.get(id)?.version !== version))
    throw new ChangedSince();
  await addCategories(tx, [...new Set(changing.map(({ line }) => line.category))].map(categoryOf));
  const fields = changing.map(({ line, id }) => fieldsOf(id, line, stock, scope.deps.config));
  const inserted = await insertProducts(
    tx,
    fields.filter(({ id }) => !former.has(id)),
  );
  const updated = await updateProducts(
    tx,
    fields.filter(({ id }) => former.has(id)),
  );
  const rows = [...inserted, ...updated];
  if (rows.length < changing.length) throw new ChangedSince();
  await putCards(tx, rows, former);
  await appendEvents(tx, scope, rows.map(productEvent));
}
