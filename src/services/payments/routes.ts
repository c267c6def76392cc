import { Hono } from "hono";
import { read } from "../../platform/consistency/read.ts";
import { access } from "../../platform/http/access.ts";
import type { AppEnv } from "../../platform/http/app-env.ts";
import { readText } from "../../platform/http/body.ts";
import { bodyProblems, document } from "../../platform/http/document.ts";
import { idempotencyKey } from "../../platform/http/idempotency-key.ts";
import { page, pageOf, positionOf } from "../../platform/http/page.ts";
import { validate } from "../../platform/http/validate.ts";
import { Problem } from "../../shared/errors.ts";
import { listPayments } from "./list-payments.ts";
import { payOrder } from "./pay-order.ts";
import { presentPayment } from "./present-payment.ts";
import { paymentById } from "./queries.ts";
import { receiveWebhook } from "./receive-webhook.ts";
import { listRefunds } from "./refunds/list-refunds.ts";
import { presentRefund } from "./refunds/present-refund.ts";
import { requestRefund } from "./refunds/request-refund.ts";
import {
  orderParam,
  paymentParam,
  paymentSchema,
  paymentsQuery,
  payOrderBody,
  providerParam,
  refundBody,
  refundSchema,
  refundsQuery,
} from "./schemas.ts";

const tag = "payments";

export const payments = new Hono<AppEnv>()
  .post(
    "/v1/orders/:id/payments",
    document({
      summary: "Pay an order",
      tag,
      headers: ["Idempotency-Key"],
      answers: { 201: paymentSchema },
      problems: [
        ...bodyProblems,
        "idempotency-key-missing",
        "idempotency-key-invalid",
        "not-found",
        "idempotency-key-reused",
        "order-state",
        "payment-in-progress",
      ],
    }),
    access("user"),
    validate("json", payOrderBody, idempotencyKey),
    validate("param", orderParam),
    async (c) => {
      const { userId } = c.var.caller;
      const { id } = c.req.valid("param");
      const { payment, replayed } = await payOrder(c.var.scope, userId, id, idempotencyKey(c), c.req.valid("json"));
      c.header("Location", `/v1/payments/${payment.id}`);
      if (replayed) c.header("Idempotency-Replayed", "true");
      return c.json(payment, 201);
    },
  )
  .get(
    "/v1/orders/:id/payments",
    document({
      summary: "List an order's payments, newest first",
      tag,
      answers: { 200: pageOf(paymentSchema) },
      problems: ["cursor-invalid", "not-found", "invalid-request"],
    }),
    access("user"),
    validate("query", paymentsQuery),
    validate("param", orderParam),
    async (c) => {
      const { limit, cursor } = c.req.valid("query");
      const { userId } = c.var.caller;
      const rows = await listPayments(c.var.scope, userId, c.req.valid("param").id, limit, positionOf(c, cursor));
      return c.json(page(c, rows, limit, (row) => [row.createdAt, row.id], presentPayment));
    },
  )
  .get(
    "/v1/payments/:id",
    document({ summary: "Read a payment", tag, answers: { 200: paymentSchema }, problems: ["not-found"] }),
    access("user"),
    validate("param", paymentParam),
    async (c) => {
      const { id } = c.req.valid("param");
      const { userId } = c.var.caller;
      const [row] = await read(c.var.scope, "payments", (db) => paymentById(db).execute({ userId, id }));
      if (row === undefined) throw new Problem("not-found", "There is no such payment of yours.");
      return c.json(presentPayment(row));
    },
  )
  .post(
    "/v1/payments/:id/refunds",
    document({
      summary: "Give back a payment, or a part of it",
      tag,
      headers: ["Idempotency-Key"],
      answers: { 201: refundSchema },
      problems: [
        ...bodyProblems,
        "idempotency-key-missing",
        "idempotency-key-invalid",
        "not-found",
        "idempotency-key-reused",
        "currency-mismatch",
        "payment-state",
        "refund-exceeds-captured",
      ],
    }),
    access("admin", { scope: "refunds:write" }),
    validate("json", refundBody, idempotencyKey),
    validate("param", paymentParam),
    async (c) => {
      const { id } = c.req.valid("param");
      const { refund, replayed } = await requestRefund(c.var.scope, id, idempotencyKey(c), c.req.valid("json"));
      c.header("Location", `/v1/payments/${id}/refunds`);
      if (replayed) c.header("Idempotency-Replayed", "true");
      return c.json(refund, 201);
    },
  )
  .get(
    "/v1/payments/:id/refunds",
    document({
      summary: "List a payment's refunds, newest first",
      tag,
      answers: { 200: pageOf(refundSchema) },
      problems: ["cursor-invalid", "not-found", "invalid-request"],
    }),
    access("user"),
    validate("query", refundsQuery),
    validate("param", paymentParam),
    async (c) => {
      const { limit, cursor } = c.req.valid("query");
      const { userId } = c.var.caller;
      const rows = await listRefunds(c.var.scope, userId, c.req.valid("param").id, limit, positionOf(c, cursor));
      return c.json(page(c, rows, limit, (row) => [row.createdAt, row.id], presentRefund));
    },
  );

/** What a payment provider calls. */
export const webhooks = new Hono<AppEnv>().post(
  "/v1/webhooks/:provider",
  document({
    summary: "Take a payment provider's webhook",
    tag,
    answers: { 204: null },
    problems: ["malformed-request", "signature-invalid", "not-found", "body-too-large"],
  }),
  access("anyone"),
  validate("param", providerParam),
  async (c) => {
    const body = await readText(c);
    await receiveWebhook(c.var.scope, c.req.valid("param").provider, c.req.raw.headers, body);
    return c.body(null, 204);
  },
);
