import * as v from "valibot";
import { paymentFields, refundFields } from "../../contracts/port-messages.ts";
import { pageQuery } from "../../platform/http/page.ts";
import { uuidSchema } from "../../shared/ids.ts";
import { amountMax, moneySchema } from "../../shared/money.ts";

export const orderParam = v.object({ id: uuidSchema });
export const paymentParam = v.object({ id: uuidSchema });
export const providerParam = v.object({ provider: v.string() });

export const paymentsQuery = v.object(pageQuery);

export const payOrderBody = v.pipe(
  v.strictObject({ paymentMethod: v.pipe(v.string(), v.minLength(1), v.maxLength(200)) }),
  v.metadata({ ref: "PayOrder" }),
);

export type PayOrderInput = v.InferOutput<typeof payOrderBody>;

export const paymentSchema = v.pipe(v.object(paymentFields), v.metadata({ ref: "Payment" }));

export type Payment = v.InferOutput<typeof paymentSchema>;

export const refundsQuery = v.object(pageQuery);

/** Without `amount` all that is left goes back. With `restock` the order's units do, once. */
export const refundBody = v.pipe(
  v.strictObject({
    amount: v.optional(
      v.strictObject({
        ...moneySchema.entries,
        amount: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(amountMax)),
      }),
    ),
    restock: v.optional(v.boolean(), false),
  }),
  v.metadata({ ref: "RefundPayment" }),
);

export type RefundInput = v.InferOutput<typeof refundBody>;

export const refundSchema = v.pipe(v.object(refundFields), v.metadata({ ref: "Refund" }));

export type Refund = v.InferOutput<typeof refundSchema>;
