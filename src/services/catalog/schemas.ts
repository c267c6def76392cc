import * as v from "valibot";
import { pageOf, pageQuery } from "../../platform/http/page.ts";
import { isUuid, skuSchema, uuidSchema } from "../../shared/ids.ts";
import { moneySchema } from "../../shared/money.ts";
import { line, lines, metadataSchema, nameSchema } from "../../shared/text.ts";

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

const variantsSchema = v.pipe(
  v.array(v.strictObject({ sku: skuSchema, name: nameSchema, price: moneySchema, available: readOnly })),
  v.minLength(1),
  v.maxLength(50),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const skus = dataset.value.map(({ sku }) => sku);
    if (new Set(skus).size < skus.length) addIssue({ message: "each SKU once" });
  }),
);

const statusSchema = v.picklist(["active", "withdrawn"]);

export const productBody = v.pipe(
  v.strictObject({
    slug: slugSchema,
    name: nameSchema,
    description: v.pipe(v.string(), v.maxLength(5000), lines),
    category: slugSchema,
    images: v.optional(v.pipe(v.array(imageSchema), v.maxLength(10)), []),
    variants: variantsSchema,
    metadata: v.optional(metadataSchema, {}),
    status: v.optional(statusSchema, "active"),
    id: readOnly,
    imageUrl: readOnly,
    price: readOnly,
    version: readOnly,
    updatedAt: readOnly,
  }),
  v.metadata({ ref: "ProductBody" }),
);

export type ProductBody = v.InferOutput<typeof productBody>;

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

const amount = v.pipe(v.unknown(), v.toNumber(), v.integer(), v.minValue(0), v.maxValue(1_000_000_000_000));

export const productsQuery = v.object({
  category: v.optional(slugSchema),
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
  sort: v.optional(v.picklist(["newest", "price", "-price", "name"]), "newest"),
  ...pageQuery,
});

export type ProductsQuery = v.InferOutput<typeof productsQuery>;

export const categoriesQuery = v.object(pageQuery);

export const idParam = v.object({ id: uuidSchema });
/** Any text: what is neither an id nor a slug names no product. */
export const idOrSlugParam = v.object({ idOrSlug: v.string() });
export const pictureParam = v.object({
  picture: v.pipe(v.string(), v.maxLength(84), v.regex(/^[a-z0-9]+(-[a-z0-9]+)*\.svg$/, "a slug and .svg")),
});
