import { Hono } from "hono";
import { readNewest } from "../../platform/consistency/read.ts";
import { access } from "../../platform/http/access.ts";
import type { AppEnv } from "../../platform/http/app-env.ts";
import { bodyProblems, document } from "../../platform/http/document.ts";
import { idempotencyKey } from "../../platform/http/idempotency-key.ts";
import { filteredList, page, pageOf, pageOn, positionIn, positionOf } from "../../platform/http/page.ts";
import { validate } from "../../platform/http/validate.ts";
import { Problem } from "../../shared/errors.ts";
import { highestUuid } from "../../shared/ids.ts";
import { adjustStock } from "./adjust-stock.ts";
import { countStock } from "./count-stock.ts";
import { listMovements } from "./list-movements.ts";
import { listStock } from "./list-stock.ts";
import { presentMovement, presentStock } from "./present-stock.ts";
import { stockBySku } from "./queries.ts";
import {
  adjustmentBody,
  countBody,
  movementSchema,
  movementsQuery,
  skuParam,
  stockQuery,
  stockSchema,
} from "./schemas.ts";

const tag = "inventory";

export const inventory = new Hono<AppEnv>()
  .get(
    "/v1/stock",
    document({
      summary: "List stock by SKU, all of it or what is low",
      tag,
      answers: { 200: pageOf(stockSchema) },
      problems: ["cursor-invalid", "invalid-request"],
    }),
    access("admin", { scope: "stock:write" }),
    validate("query", stockQuery),
    async (c) => {
      const { limit, below, cursor } = c.req.valid("query");
      const list = filteredList(c.req.path, { limit, below });
      const [after = ""] = positionIn(c.env.config, list, cursor) ?? [];
      const rows = await listStock(c.var.scope, below, { after, limit: limit + 1 });
      return c.json(pageOn(c, list, rows, limit, (row) => [row.sku], presentStock));
    },
  )
  .get(
    "/v1/stock/:sku",
    document({ summary: "Read a SKU's stock", tag, answers: { 200: stockSchema }, problems: ["not-found"] }),
    access("admin", { scope: "stock:write" }),
    validate("param", skuParam),
    async (c) => {
      const [row] = await readNewest(c.var.scope, "inventory", (db) => stockBySku(db).execute(c.req.valid("param")));
      if (!row) throw new Problem("not-found", "There is no stock of this SKU.");
      return c.json(presentStock(row));
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
    access("admin", { scope: "stock:write" }),
    validate("json", countBody),
    validate("param", skuParam),
    async (c) => c.json(presentStock(await countStock(c.var.scope, c.req.valid("param").sku, c.req.valid("json")))),
  )
  .post(
    "/v1/stock/:sku/adjustments",
    document({
      summary: "Add to a SKU's stock or take from it",
      tag,
      headers: ["Idempotency-Key"],
      answers: { 201: movementSchema },
      problems: [
        ...bodyProblems,
        "idempotency-key-missing",
        "idempotency-key-invalid",
        "idempotency-key-reused",
        "not-found",
        "stock-below-reserved",
      ],
    }),
    access("admin", { scope: "stock:write" }),
    validate("json", adjustmentBody, idempotencyKey),
    validate("param", skuParam),
    async (c) => {
      const { sku } = c.req.valid("param");
      const { movement, replayed } = await adjustStock(c.var.scope, sku, idempotencyKey(c), c.req.valid("json"));
      c.header("Location", `/v1/stock/${sku}/movements`);
      if (replayed) c.header("Idempotency-Replayed", "true");
      return c.json(presentMovement(movement), 201);
    },
  )
  .get(
    "/v1/stock/:sku/movements",
    document({
      summary: "List why a SKU's stock changed, newest first",
      tag,
      answers: { 200: pageOf(movementSchema) },
      problems: ["cursor-invalid", "invalid-request", "not-found"],
    }),
    access("admin", { scope: "stock:write" }),
    validate("param", skuParam),
    validate("query", movementsQuery),
    async (c) => {
      const { limit, cursor } = c.req.valid("query");
      const [before = highestUuid] = positionOf(c, cursor) ?? [];
      const rows = await listMovements(c.var.scope, c.req.valid("param").sku, { before, limit: limit + 1 });
      return c.json(page(c, rows, limit, (row) => [row.id], presentMovement));
    },
  );
