import { Hono } from "hono";
import { access } from "../../platform/http/access.ts";
import type { AppEnv } from "../../platform/http/app-env.ts";
import { bodyProblems, document } from "../../platform/http/document.ts";
import { filteredList, pageOf, pageOn, positionIn } from "../../platform/http/page.ts";
import { validate } from "../../platform/http/validate.ts";
import { fulfilOrder } from "./fulfil-order.ts";
import { listAllOrders } from "./list-all-orders.ts";
import { presentOrder } from "./present-order.ts";
import { readAnyOrder } from "./read-any-order.ts";
import { allOrdersQuery, fulfilmentBody, orderParam, orderSchema, orderWithPaymentsSchema } from "./schemas.ts";

const tag = "orders";

/** What administrators do with the orders of others. */
export const orderAdministration = new Hono<AppEnv>()
  .post(
    "/v1/orders/:id/shipments",
    document({
      summary: "Note that a paid order was shipped",
      tag,
      answers: { 200: orderSchema },
      problems: [...bodyProblems, "not-found", "order-state"],
    }),
    access("admin", { scope: "orders:fulfil" }),
    validate("json", fulfilmentBody),
    validate("param", orderParam),
    async (c) => c.json(await fulfilOrder(c.var.scope, c.req.valid("param").id, "shipped", c.req.valid("json"))),
  )
  .post(
    "/v1/orders/:id/deliveries",
    document({
      summary: "Note that a shipped order was delivered",
      tag,
      answers: { 200: orderSchema },
      problems: [...bodyProblems, "not-found", "order-state"],
    }),
    access("admin", { scope: "orders:fulfil" }),
    validate("json", fulfilmentBody),
    validate("param", orderParam),
    async (c) => c.json(await fulfilOrder(c.var.scope, c.req.valid("param").id, "delivered", c.req.valid("json"))),
  )
  .get(
    "/v1/admin/orders",
    document({
      summary: "List the orders of all users, newest first",
      tag,
      answers: { 200: pageOf(orderSchema) },
      problems: ["cursor-invalid", "invalid-request"],
    }),
    access("admin", { scope: "orders:read" }),
    validate("query", allOrdersQuery),
    async (c) => {
      const query = c.req.valid("query");
      const list = filteredList(c.req.path, query);
      const rows = await listAllOrders(c.var.scope, query, positionIn(c.env.config, list, query.cursor));
      return c.json(pageOn(c, list, rows, query.limit, (row) => [row.createdAt, row.id], presentOrder));
    },
  )
  .get(
    "/v1/admin/orders/:id",
    document({
      summary: "Read any order with its payments and refunds",
      tag,
      answers: { 200: orderWithPaymentsSchema },
      problems: ["not-found"],
    }),
    access("admin", { scope: "orders:read" }),
    validate("param", orderParam),
    async (c) => c.json(await readAnyOrder(c.var.scope, c.req.valid("param").id)),
  );
