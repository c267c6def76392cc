import { Hono } from "hono";
import * as v from "valibot";
import { read } from "../../platform/consistency/read.ts";
import { access } from "../../platform/http/access.ts";
import type { AppContext, AppEnv } from "../../platform/http/app-env.ts";
import { bodyProblems, document } from "../../platform/http/document.ts";
import { idempotencyKey } from "../../platform/http/idempotency-key.ts";
import { page, pageOf, positionOf } from "../../platform/http/page.ts";
import { validate } from "../../platform/http/validate.ts";
import { Problem } from "../../shared/errors.ts";
import { highestUuid } from "../../shared/ids.ts";
import { orderAdministration } from "./admin-routes.ts";
import { cancelOrder } from "./cancel-order.ts";
import { carts } from "./cart/routes.ts";
import { coupons } from "./coupons/routes.ts";
import { followOrder } from "./follow-order.ts";
import { placeOrder } from "./place-order.ts";
import { presentOrder } from "./present-order.ts";
import { orderById, ordersPage } from "./queries.ts";
import { orderParam, orderSchema, ordersQuery, placeOrderBody } from "./schemas.ts";

const tag = "orders";

export const orders = new Hono<AppEnv>()
  .route("/", carts)
  .route("/", coupons)
  .post(
    "/v1/orders",
    document({
      summary: "Place an order",
      tag,
      headers: ["Idempotency-Key"],
      answers: { 201: orderSchema },
      problems: [
        ...bodyProblems,
        "idempotency-key-missing",
        "idempotency-key-invalid",
        "idempotency-key-reused",
        "sku-unknown",
        "currency-mismatch",
        "coupon-invalid",
        "coupon-exhausted",
        "out-of-stock",
        "price-changed",
      ],
    }),
    access("user"),
    validate("json", placeOrderBody, idempotencyKey),
    async (c) => {
      const { userId } = c.var.caller;
      const { order, replayed } = await placeOrder(c.var.scope, userId, idempotencyKey(c), c.req.valid("json"));
      c.header("Location", `/v1/orders/${order.id}`);
      if (replayed) c.header("Idempotency-Replayed", "true");
      return c.json(order, 201);
    },
  )
  .get(
    "/v1/orders",
    document({
      summary: "List your orders, newest first",
      tag,
      answers: { 200: pageOf(orderSchema) },
      problems: ["cursor-invalid", "invalid-request"],
    }),
    access("user"),
    validate("query", ordersQuery),
    async (c) => {
      const { limit, cursor } = c.req.valid("query");
      const [createdAt, id] = positionOf(c, cursor) ?? ["infinity", highestUuid];
      const { userId } = c.var.caller;
      const rows = await read(c.var.scope, "orders", (db) =>
        ordersPage(db).execute({ userId, createdAt, id, limit: limit + 1 }),
      );
      return c.json(page(c, rows, limit, (row) => [row.createdAt, row.id], presentOrder));
    },
  )
  .get(
    "/v1/orders/:id",
    document({ summary: "Read an order", tag, answers: { 200: orderSchema }, problems: ["not-found"] }),
    access("user"),
    validate("param", orderParam),
    async (c) => {
      const { id } = c.req.valid("param");
      const { userId } = c.var.caller;
      const [row] = await read(c.var.scope, "orders", (db) => orderById(db).execute({ userId, id }));
      if (row === undefined) throw new Problem("not-found", "There is no such order of yours.");
      return c.json(presentOrder(row));
    },
  )
  .post(
    "/v1/orders/:id/cancel",
    document({
      summary: "Cancel a pending or paid order",
      tag,
      answers: { 200: orderSchema },
      problems: ["not-found", "order-state"],
    }),
    access("user"),
    validate("param", orderParam),
    async (c) => c.json(await cancelOrder(c.var.scope, c.var.caller.userId, c.req.valid("param").id)),
  )
  .get(
    "/v1/orders/:id/events",
    document({
      summary: "Follow an order's status as it changes",
      tag,
      headers: ["Last-Event-ID"],
      mediaType: "text/event-stream",
      answers: { 200: v.string(), 204: null },
      problems: ["not-found", "limit-reached"],
    }),
    access("user"),
    validate("param", orderParam),
    async (c) => {
      const following = { orderId: c.req.valid("param").id, after: lastEventId(c), isHead: c.req.method === "HEAD" };
      const stream = await followOrder(c.var.scope, c.var.caller, following);
      if (stream === undefined) return c.body(null, 204);
      return c.body(stream, 200, { "Content-Type": "text/event-stream" });
    },
  )
  .route("/", orderAdministration);

/** The place in the history of the last step that the client has; 0 at its first request. */
function lastEventId(c: AppContext): number {
  const header = c.req.header("last-event-id") ?? "";
  if (!/^\d{0,9}$/.test(header))
    throw new Problem("header-invalid", "Last-Event-ID must be the id of an event of this stream.", {
      errors: [{ path: "header.Last-Event-ID", message: "expected a number" }],
    });
  return Number(header);
}
