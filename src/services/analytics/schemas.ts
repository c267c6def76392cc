import * as v from "valibot";

/** RFC 3339: a time, or a date for its midnight in UTC. */
const instant = v.pipe(
  v.string(),
  v.maxLength(40, "a time (RFC 3339)"),
  v.regex(/^\d{4}-\d\d-\d\d([Tt]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d))?$/, "a time (RFC 3339)"),
  v.transform((text) => new Date(text)),
  v.check((date) => date.getTime() >= 0, "a time since 1970 (RFC 3339)"),
);

export const summaryQuery = v.object({ from: v.optional(instant), to: v.optional(instant) });

/** Less than 0 where more was refunded than sold. */
const revenue = v.pipe(
  v.object({ amount: v.pipe(v.number(), v.integer()), currency: v.string() }),
  v.metadata({ ref: "Revenue" }),
);

/**
 * `orders` are those paid in the span, `placed` those placed. `revenue` is what was paid for them, less what was refunded
 * in the span; that of products and categories is what their lines cost, before discounts, shipping, tax and refunds.
 */
export const summarySchema = v.pipe(
  v.object({
    from: v.string(),
    to: v.string(),
    asOf: v.string(),
    placed: v.number(),
    orders: v.number(),
    revenue,
    newUsers: v.number(),
    topProducts: v.array(v.object({ sku: v.string(), name: v.string(), quantity: v.number(), revenue })),
    byCategory: v.array(v.object({ category: v.nullable(v.string()), quantity: v.number(), revenue })),
    byRegion: v.array(
      v.object({ region: v.string(), placed: v.number(), orders: v.number(), revenue, newUsers: v.number() }),
    ),
  }),
  v.metadata({ ref: "AnalyticsSummary" }),
);

export type Summary = v.InferOutput<typeof summarySchema>;
