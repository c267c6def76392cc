import Stripe from "stripe";
import type { Config } from "../../../platform/config.ts";
import { UpstreamFailed } from "../../../platform/fetch.ts";
import { lazilyPer } from "../../../platform/lazily-per.ts";
import { money } from "../../../shared/money.ts";
import type { Charge, ChargeRequest, Provider, RefundRequest, RefundStatus } from "./provider.ts";
import { stripeMessage } from "./stripe-message.ts";

/** For each attempt. Two of them, and the wait between, are shorter than a request's deadline. */
const timeoutMs = 4_000;
const once = { maxNetworkRetries: 0 };

/** Its search index is usually a minute behind, and in an outage of its own far more. */
const findsWithinSeconds = 3_600;

const clientOf = lazilyPer(openClient);

/**
 * Stripe by its own library, with the platform's fetch and SubtleCrypto: a PaymentIntent that is confirmed as it is made,
 * keyed by our payment's id. Undefined where it is not configured.
 */
export function stripeProvider(config: Config): Provider | undefined {
  const secret = config.STRIPE_WEBHOOK_SECRET;
  if (config.STRIPE_SECRET_KEY === undefined || secret === undefined) return undefined;
  const stripe = clientOf(config);
  return {
    name: "stripe",
    accepts: (paymentMethod) => /^pm_\w+$/.test(paymentMethod),
    charge: (request) => charge(stripe, request),
    find: (paymentId) => find(stripe, paymentId),
    findsWithinSeconds,
    refund: (request) => refund(stripe, request),
    readWebhook: async (headers, body) => {
      const event = await signedEvent(stripe, secret, headers.get("Stripe-Signature"), body);
      return event && (await stripeMessage(event, (id) => paymentOfIntent(stripe, id)));
    },
  };
}

function openClient({ STRIPE_SECRET_KEY = "", STRIPE_URL = "https://api.stripe.com" }: Config): Stripe {
  const { protocol, hostname, port } = new URL(STRIPE_URL);
  const isPlain = protocol === "http:";
  return new Stripe(STRIPE_SECRET_KEY, {
    protocol: isPlain ? "http" : "https",
    host: hostname,
    port: port || (isPlain ? 80 : 443),
    httpClient: Stripe.createFetchHttpClient(),
    timeout: timeoutMs,
    maxNetworkRetries: 1,
    telemetry: false,
  });
}

/**
 * Under one key Stripe answers for a day what it answered first, so an intent that has not ended is looked at again. A
 * payment that would need its buyer (3-D Secure) fails: nobody is there to answer.
 */
async function charge(stripe: Stripe, request: ChargeRequest): Promise<Charge> {
  const made = await intentOf(stripe, request);
  if (made.status !== "processing" || made.reference === null) return made;
  return asCharge(await asked(stripe.paymentIntents.retrieve(made.reference, {}, once)));
}

/** Makes and confirms the intent of a payment, or answers what was answered for it before. */
async function intentOf(stripe: Stripe, { paymentId, amount, paymentMethod }: ChargeRequest): Promise<Charge> {
  const intent = {
    amount: amount.amount,
    currency: amount.currency.toLowerCase(),
    payment_method: paymentMethod,
    confirm: true,
    error_on_requires_action: true,
    automatic_payment_methods: { enabled: true, allow_redirects: "never" },
    metadata: { paymentId },
  } as const;
  try {
    return asCharge(await stripe.paymentIntents.create(intent, { idempotencyKey: paymentId }));
  } catch (error) {
    if (!isRefusal(error)) throw asUpstreamFailed(error);
    const failureCode = error.decline_code || error.code || "refused";
    return { status: "failed", amount, reference: error.payment_intent?.id ?? null, failureCode };
  }
}

async function find(stripe: Stripe, paymentId: string): Promise<Charge | undefined> {
  const query = `metadata['paymentId']:'${paymentId}'`;
  const { data } = await asked(stripe.paymentIntents.search({ query, limit: 1 }, once));
  return data[0] && asCharge(data[0]);
}

/** Looked for before it is made: a refund may be on its way for longer than Stripe remembers its key. */
async function refund(stripe: Stripe, request: RefundRequest): Promise<RefundStatus> {
  const { refundId, paymentId, amount } = request;
  const intent = request.reference ?? (await find(stripe, paymentId))?.reference;
  if (!intent) throw new UpstreamFailed(`Stripe does not know the charge of payment ${paymentId} yet.`);
  const { data } = await asked(stripe.refunds.list({ payment_intent: intent, limit: 100 }, once));
  const known = data.find(({ metadata }) => metadata?.refundId === refundId);
  if (known) return refundStatus(known);
  try {
    return refundStatus(
      await stripe.refunds.create(
        { payment_intent: intent, amount: amount.amount, metadata: { refundId, paymentId } },
        { idempotencyKey: refundId },
      ),
    );
  } catch (error) {
    if (isRefusal(error)) return "failed";
    throw asUpstreamFailed(error);
  }
}

async function signedEvent(stripe: Stripe, secret: string, signature: string | null, body: string) {
  const crypto = Stripe.createSubtleCryptoProvider();
  try {
    return await stripe.webhooks.constructEventAsync(body, signature ?? "", secret, undefined, crypto);
  } catch (error) {
    if (error instanceof Stripe.errors.StripeSignatureVerificationError) return undefined;
    throw error;
  }
}

/** Our payment of an intent, undefined where it is none of ours. */
async function paymentOfIntent(stripe: Stripe, id: string): Promise<string | undefined> {
  return (await asked(stripe.paymentIntents.retrieve(id, {}, once))).metadata.paymentId;
}

function asCharge(intent: Stripe.PaymentIntent): Charge {
  const { id: reference, status, last_payment_error: error } = intent;
  const currency = intent.currency.toUpperCase();
  if (status === "succeeded") return { status: "captured", amount: money(intent.amount_received, currency), reference };
  const amount = money(intent.amount, currency);
  if (status === "processing") return { status: "processing", amount, reference };
  return { status: "failed", amount, reference, failureCode: error?.decline_code ?? error?.code ?? status };
}

function refundStatus({ status }: Stripe.Refund): RefundStatus {
  if (status === "succeeded") return status;
  return status === "failed" || status === "canceled" ? "failed" : "processing";
}

async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw asUpstreamFailed(error);
  }
}

/** Stripe's own no, which asking again would not change: the card was declined, or it cannot do what we ask. */
function isRefusal(error: unknown) {
  return error instanceof Stripe.errors.StripeCardError || error instanceof Stripe.errors.StripeInvalidRequestError;
}

function asUpstreamFailed(error: unknown): unknown {
  if (!(error instanceof Stripe.errors.StripeError)) return error;
  return new UpstreamFailed(`Stripe failed: ${error.type}: ${error.message}`, { cause: error });
}
