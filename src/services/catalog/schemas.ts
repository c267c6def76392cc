import * as v from "valibot";
import { pageOf, pageQuery } from "../../platform/http/page.ts";
import { countSchema } from "../../shared/counts.ts";
import { isUuid, skuSchema, uuidSchema } from "../../shared/ids.ts";
import { moneySchema } from "../../shared/money.ts";
import { line, lines, metadataSchema, nameSchema } from "../../shared/text.ts";
import { wholeNumber } from "../../shared/whole-number.ts";

export const slugSchema = v.pipe(
  v.string(),
  v.maxLength(80),
  v.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "words of a-z 0-9, joined by -"),
  v.check((slug) => !isUuid(slug), "not a UUID"),
);

const imageSchema = v.strictObject({
  url: v.pipe(v.string(), v.maxLength(500), v.regex(/^(https?:\/\/|\/)[^\s"<>]+$/, "an http(s) URL or a path from /")),
  alt: v.pipe(v.string(), v.maxLength(200), line),
});

/** Accepted and ignored, so that what GET gave can be PUT. */
const readOnly = v.optional(v.unknown());

const variantFields = { sku: skuSchema, name: nameSchema, price: moneySchema, available: readOnly };
const eachSkuOnce = (variants: readonly { readonly sku: string }[]) =>
  new Set(variants.map(({ sku }) => sku)).size === variants.length;

const statusSchema = v.picklist(["active", "withdrawn"]);

const productFields = {
  slug: slugSchema,
  name: nameSchema,
  description: v.pipe(v.string(), v.maxLength(5000), lines),
  category: slugSchema,
  images: v.optional(v.pipe(v.array(imageSchema), v.maxLength(10)), []),
  variants: v.pipe(
    v.array(v.strictObject(variantFields)),
    v.minLength(1),
    v.maxLength(50),
    v.check((variants) => eachSkuOnce(variants), "each SKU once"),
  ),
  metadata: v.optional(metadataSchema, {}),
  status: v.optional(statusSchema, "active"),
  id: readOnly,
  imageUrl: readOnly,
  price: readOnly,
  version: readOnly,
  updatedAt: readOnly,
};

export const productBody = v.pipe(v.strictObject(productFields), v.metadata({ ref: "ProductBody" }));

export type ProductBody = Omit<v.InferOutput<typeof productBody>, "id">;

/** A line of an import: a product as it is PUT, under its id where it has one; `onHand` opens a SKU's stock. */
export const importLine = v.strictObject({
  ...productFields,
  id: v.optional(uuidSchema),
  variants: v.pipe(
    v.array(v.strictObject({ ...variantFields, onHand: v.optional(countSchema) })),
    v.minLength(1),
    v.maxLength(50),
    v.check((variants) => eachSkuOnce(variants), "each SKU once"),
  ),
});

export type ImportLine = v.InferOutput<typeof importLine>;

const problemSchema = v.looseObject({ type: v.string(), title: v.string(), status: v.number(), detail: v.string() });

/** What became of the lines of an import. `failed` shows the first of them, `failedCount` counts all. */
export const importReport = v.pipe(
  v.object({
    created: v.number(),
    updated: v.number(),
    unchanged: v.number(),
    failed: v.array(v.object({ line: v.number(), problem: problemSchema })),
    failedCount: v.number(),
  }),
  v.metadata({ ref: "ImportReport" }),
);

export type ImportReport = v.InferOutput<typeof importReport>;

export const productSchema = v.pipe(
  v.object({
    id: v.string(),
    slug: v.string(),
    name: v.string(),
    description: v.string(),
    category: v.string(),
    images: v.array(v.object({ url: v.string(), alt: v.string() })),
    imageUrl: v.string(),
    price: moneySchema,
    variants: v.array(v.object({ sku: v.string(), name: v.string(), price: moneySchema, available: v.boolean() })),
    metadata: v.record(v.string(), v.string()),
    status: statusSchema,
    version: v.number(),
    updatedAt: v.string(),
  }),
  v.metadata({ ref: "Product" }),
);

export type Product = v.InferOutput<typeof productSchema>;

export const productPage = pageOf(productSchema);
export type ProductPage = v.InferOutput<typeof productPage>;

const categorySchema = v.pipe(
  v.object({ slug: v.string(), name: v.string(), productCount: v.number() }),
  v.metadata({ ref: "Category" }),
);
export const categoryPage = pageOf(categorySchema);
export type CategoryPage = v.InferOutput<typeof categoryPage>;

const amount = v.pipe(wholeNumber, v.minValue(0), v.maxValue(1_000_000_000_000));

/** Undefined where it holds no word: then there is none that would have to match. */
const searchSchema = v.pipe(
  v.string(),
  v.maxLength(200),
  line,
  v.transform((q) => (/[\p{L}\p{N}]/u.test(q) ? q : undefined)),
);

export const productsQuery = v.pipe(
  v.object({
    category: v.optional(slugSchema),
    q: v.optional(searchSchema),
    ids: v.optional(
      v.pipe(
        v.string(),
        v.transform((ids) => ids.split(",")),
        v.array(uuidSchema),
        v.maxLength(100),
      ),
    ),
    minPrice: v.optional(amount),
    maxPrice: v.optional(amount),
    available: v.optional(v.picklist(["true", "false"])),
    sort: v.optional(v.picklist(["relevance", "newest", "price", "-price", "name"])),
    ...pageQuery,
  }),
  v.forward(
    v.partialCheck(
      [["q"], ["sort"]],
      ({ q, sort }) => q !== undefined || sort !== "relevance",
      "relevance only of what q asks for",
    ),
    ["sort"],
  ),
  v.transform(({ sort, ...query }) => ({ ...query, sort: sort ?? (query.q === undefined ? "newest" : "relevance") })),
);

export type ProductsQuery = v.InferOutput<typeof productsQuery>;

export const categoriesQuery = v.object(pageQuery);

export const idParam = v.object({ id: uuidSchema });
/** Any text: what is neither an id nor a slug names no product. */
export const idOrSlugParam = v.object({ idOrSlug: v.string() });
export const pictureParam = v.object({
  picture: v.pipe(v.string(), v.maxLength(84), v.regex(/^[a-z0-9]+(-[a-z0-9]+)*\.svg$/, "a slug and .svg")),
});
