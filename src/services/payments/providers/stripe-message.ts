import * as v from "valibot";
import { isUuid } from "../../../shared/ids.ts";
import { money } from "../../../shared/money.ts";
import type { ProviderMessage } from "./provider.ts";

const minor = v.pipe(v.number(), v.integer(), v.minValue(0));
const capitals = v.pipe(v.string(), v.toUpperCase());

const intentEvent = v.object({
  type: v.picklist(["payment_intent.succeeded", "payment_intent.payment_failed", "payment_intent.canceled"]),
  data: v.object({
    object: v.object({
      id: v.string(),
      amount: minor,
      amount_received: minor,
      currency: capitals,
      metadata: v.object({ paymentId: v.string() }),
      last_payment_error: v.nullish(v.object({ code: v.nullish(v.string()), decline_code: v.nullish(v.string()) })),
    }),
  }),
});

const refundEvent = v.object({
  type: v.picklist(["refund.created", "refund.updated", "refund.failed", "charge.refund.updated"]),
  data: v.object({
    object: v.object({
      amount: minor,
      currency: capitals,
      status: v.picklist(["succeeded", "failed", "canceled"]),
      payment_intent: v.string(),
      metadata: v.nullish(v.object({ paymentId: v.optional(v.string()), refundId: v.optional(v.string()) })),
    }),
  }),
});

const nothing: ProviderMessage = { about: "else" };

/**
 * What an event of Stripe's says of ours (https://docs.stripe.com/api/events/types). A refund that somebody made at Stripe
 * names its intent alone: `paymentOfIntent` asks whose that is.
 */
export async function stripeMessage(
  event: unknown,
  paymentOfIntent: (id: string) => Promise<string | undefined>,
): Promise<ProviderMessage> {
  const intent = v.safeParse(intentEvent, event);
  if (intent.success) return ofIntent(intent.output);
  const refund = v.safeParse(refundEvent, event);
  return refund.success ? await ofRefund(refund.output, paymentOfIntent) : nothing;
}

function ofIntent({ type, data: { object } }: v.InferOutput<typeof intentEvent>): ProviderMessage {
  const { id: reference, currency, last_payment_error: error } = object;
  const { paymentId } = object.metadata;
  if (!isUuid(paymentId)) return nothing;
  if (type === "payment_intent.succeeded") {
    const amount = money(object.amount_received, currency);
    return { about: "charge", paymentId, charge: { status: "captured", amount, reference } };
  }
  const failureCode =
    type === "payment_intent.canceled" ? "canceled" : (error?.decline_code ?? error?.code ?? undefined);
  const amount = money(object.amount, currency);
  return { about: "charge", paymentId, charge: { status: "failed", amount, reference, failureCode } };
}

async function ofRefund(
  { data: { object } }: v.InferOutput<typeof refundEvent>,
  paymentOfIntent: (id: string) => Promise<string | undefined>,
): Promise<ProviderMessage> {
  const refundId = object.metadata?.refundId ?? null;
  const paymentId = object.metadata?.paymentId ?? (await paymentOfIntent(object.payment_intent));
  if (paymentId === undefined || !isUuid(paymentId) || (refundId !== null && !isUuid(refundId))) return nothing;
  const status = object.status === "succeeded" ? "succeeded" : "failed";
  return { about: "refund", paymentId, refundId, status, amount: money(object.amount, object.currency) };
}
