import { Hono } from "hono";
import * as v from "valibot";
import { access } from "../../platform/http/access.ts";
import type { AppEnv } from "../../platform/http/app-env.ts";
import { bodyOfLines } from "../../platform/http/body.ts";
import { bodyProblems, document, documentPage } from "../../platform/http/document.ts";
import { publicAnswer } from "../../platform/http/public-answer.ts";
import { validate } from "../../platform/http/validate.ts";
import { importProducts } from "./import-products.ts";
import { listCategories } from "./list-categories.ts";
import { listProducts } from "./list-products.ts";
import { drawPicture } from "./picture.ts";
import { presentProduct, productEtag } from "./product.ts";
import { putProduct } from "./put-product.ts";
import { readProduct } from "./read-product.ts";
import {
  type CategoryPage,
  categoriesQuery,
  categoryPage,
  idOrSlugParam,
  idParam,
  importLine,
  importReport,
  type Product,
  type ProductPage,
  pictureParam,
  productBody,
  productPage,
  productSchema,
  productsQuery,
} from "./schemas.ts";
import { withdrawProduct } from "./withdraw-product.ts";

export const catalog = new Hono<AppEnv>()
  .get(
    "/v1/products",
    document({
      summary: "List products, or read many by their ids",
      tag: "catalog",
      answers: { 200: productPage, 304: null },
      problems: ["cursor-invalid", "invalid-request"],
    }),
    access("anyone"),
    validate("query", productsQuery),
    async (c) => publicAnswer<ProductPage>(c, await listProducts(c.var.scope, c.req.valid("query"))),
  )
  .get(
    "/v1/products/:idOrSlug",
    document({
      summary: "Read a product by its id or slug",
      tag: "catalog",
      headers: ["If-None-Match"],
      answers: { 200: productSchema, 304: null },
      problems: ["not-found"],
    }),
    access("anyone"),
    validate("param", idOrSlugParam),
    async (c) => publicAnswer<Product>(c, await readProduct(c.var.scope, c.req.valid("param").idOrSlug)),
  )
  .put(
    "/v1/products/:id",
    document({
      summary: "Create or replace a product",
      tag: "catalog",
      headers: ["If-Match"],
      answers: { 200: productSchema, 201: productSchema },
      problems: [
        ...bodyProblems,
        "not-found",
        "slug-taken",
        "sku-taken",
        "precondition-failed",
        "precondition-required",
        "currency-mismatch",
      ],
    }),
    access("admin", { scope: "catalog:write" }),
    validate("json", productBody),
    validate("param", idParam),
    async (c) => {
      const { id } = c.req.valid("param");
      const { row, created } = await putProduct(c.var.scope, id, c.req.valid("json"), c.req.header("if-match"));
      c.header("ETag", productEtag(row));
      const product = presentProduct(row, c.env.config.PUBLIC_URL);
      if (!created) return c.json(product, 200);
      c.header("Location", `/v1/products/${id}`);
      return c.json(product, 201);
    },
  )
  .post(
    "/v1/products/imports",
    document({
      summary: "Create or replace many products",
      tag: "catalog",
      lines: importLine,
      answers: { 200: importReport },
      problems: ["malformed-request", "unsupported-media-type"],
    }),
    access("admin", { scope: "catalog:write" }),
    async (c) => c.json(await importProducts(c.var.scope, bodyOfLines(c))),
  )
  .delete(
    "/v1/products/:id",
    document({
      summary: "Withdraw a product",
      tag: "catalog",
      headers: ["If-Match"],
      answers: { 204: null },
      problems: ["not-found", "precondition-failed"],
    }),
    access("admin", { scope: "catalog:write" }),
    validate("param", idParam),
    async (c) => {
      await withdrawProduct(c.var.scope, c.req.valid("param").id, c.req.header("if-match"));
      return c.body(null, 204);
    },
  )
  .get(
    "/v1/categories",
    document({
      summary: "List categories",
      tag: "catalog",
      answers: { 200: categoryPage, 304: null },
      problems: ["cursor-invalid", "invalid-request"],
    }),
    access("anyone"),
    validate("query", categoriesQuery),
    async (c) => publicAnswer<CategoryPage>(c, await listCategories(c.var.scope, c.req.valid("query"))),
  )
  .get(
    "/images/:picture",
    documentPage({
      summary: "A product's picture",
      tag: "catalog",
      content: { "image/svg+xml": v.string() },
      problems: ["header-invalid", "not-found"],
    }),
    access("anyone"),
    validate("param", pictureParam),
    (c) =>
      c.body(drawPicture(c.req.valid("param").picture.replace(/\.svg$/, "")), 200, {
        "Content-Type": "image/svg+xml",
        "Cache-Control": "public, max-age=31536000, immutable",
      }),
  );
