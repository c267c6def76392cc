import { Hono } from "hono";
import { readNewest } from "../../platform/consistency/read.ts";
import { access } from "../../platform/http/access.ts";
import type { AppEnv } from "../../platform/http/app-env.ts";
import { bodyProblems, document } from "../../platform/http/document.ts";
import { page, pageOf, positionOf } from "../../platform/http/page.ts";
import { validate } from "../../platform/http/validate.ts";
import { Problem } from "../../shared/errors.ts";
import { countStock } from "./count-stock.ts";
import { stockBySku, stockPage } from "./queries.ts";
import { countBody, skuParam, stockQuery, stockSchema } from "./schemas.ts";

const tag = "inventory";

interface StockRow {
  readonly sku: string;
  readonly onHand: number;
  readonly reserved: number;
}

const present = ({ sku, onHand, reserved }: StockRow) => ({ sku, onHand, reserved, available: onHand - reserved });

export const inventory = new Hono<AppEnv>()
  .get(
    "/v1/stock",
    document({
      summary: "List stock by SKU",
      tag,
      answers: { 200: pageOf(stockSchema) },
      problems: ["cursor-invalid", "invalid-request"],
    }),
    access("admin"),
    validate("query", stockQuery),
    async (c) => {
      const { limit, cursor } = c.req.valid("query");
      const [after] = positionOf(c, cursor) ?? [""];
      const rows = await readNewest(c.var.scope, "inventory", (db) =>
        stockPage(db).execute({ after, limit: limit + 1 }),
      );
      return c.json(page(c, rows, limit, (row) => [row.sku], present));
    },
  )
  .get(
    "/v1/stock/:sku",
    document({ summary: "Read a SKU's stock", tag, answers: { 200: stockSchema }, problems: ["not-found"] }),
    access("admin"),
    validate("param", skuParam),
    async (c) => {
      const [row] = await readNewest(c.var.scope, "inventory", (db) => stockBySku(db).execute(c.req.valid("param")));
      if (!row) throw new Problem("not-found", "There is no stock of this SKU.");
      return c.json(present(row));
    },
  )
  .put(
    "/v1/stock/:sku",
    document({
      summary: "Set a SKU's stock as counted",
      tag,
      answers: { 200: stockSchema },
      problems: [...bodyProblems, "not-found", "precondition-failed", "stock-below-reserved"],
    }),
    access("admin"),
    validate("json", countBody),
    validate("param", skuParam),
    async (c) => c.json(present(await countStock(c.var.scope, c.req.valid("param").sku, c.req.valid("json")))),
  );
