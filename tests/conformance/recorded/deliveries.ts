import type { Recorded, Scenario } from "../exchange.ts";

const unsigned = { text: "{}", status: 401, problem: "signature-invalid" } as const;
const unknownEvent = {
  id: "019a0000-0000-7000-8000-000000000000",
  type: "order.painted",
  version: 1,
  occurredAt: "2026-01-01T00:00:00Z",
  key: "key",
  data: {},
  traceparent: null,
};
const unreadable = { status: 489, problem: "malformed-request" } as const;
const signed = (request: string, body: unknown, more: Partial<Recorded> = {}): Recorded => ({
  request,
  body,
  signedBy: "queue",
  status: 204,
  ...more,
});

/** What the queue calls. Its true deliveries come beside these, from what the other scenarios do. */
export const deliveries: Scenario = {
  name: "deliveries of the queue",
  requests: [
    { request: "POST /v1/events/orders", ...unsigned },
    { request: "POST /v1/events/orders/failures", ...unsigned },
    { request: "POST /internal/jobs/expire-orders", ...unsigned },
    { request: "POST /v1/events/nobody", text: "{}", status: 404, problem: "not-found" },
    { request: "POST /internal/jobs/no-job", text: "{}", status: 404, problem: "not-found" },
    { request: "POST /v1/events/orders", ...unsigned, headers: { "Upstash-Signature": "a.b.c" } },
    signed("POST /v1/events/orders", { events: [] }, unreadable),
    signed("POST /v1/events/orders", { events: [{ id: "no-id" }] }, unreadable),
    signed("POST /v1/events/orders", { events: [unknownEvent] }, { status: 500, problem: "internal" }),
    signed("POST /v1/events/orders/failures", {}, unreadable),
    signed("POST /v1/events/orders/failures", { sourceBody: "bm8gZXZlbnQ=" }),
    signed("POST /internal/jobs/expire-orders", {}),
    signed("POST /internal/jobs/sweep-reservations", {}),
    signed("POST /internal/jobs/reconcile-payments", {}),
    signed("POST /internal/jobs/delete-expired", {}),
  ],
};
