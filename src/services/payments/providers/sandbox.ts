import * as v from "valibot";
import type { Config } from "../../../platform/config.ts";
import { fetchWithin, jsonOf, UpstreamFailed } from "../../../platform/fetch.ts";
import { isSignedWebhook } from "../../../platform/standard-webhooks.ts";
import { uuidSchema } from "../../../shared/ids.ts";
import { moneySchema } from "../../../shared/money.ts";
import type { Charge, Provider, ProviderMessage } from "./provider.ts";

/** A buyer waits for an answer no longer than this; what is not known by then comes by webhook. */
const timeoutMs = 2_500;

const methods = new Set(["pm_ok", "pm_declined", "pm_slow", "pm_flaky"]);

const chargeSchema = v.object({
  status: v.picklist(["processing", "captured", "failed"]),
  amount: moneySchema,
  reference: v.string(),
  failureCode: v.optional(v.string()),
});
const chargesSchema = v.object({ data: v.array(chargeSchema) });
const refundSchema = v.object({ status: v.picklist(["processing", "succeeded", "failed"]) });

const chargeMessage = v.object({
  type: v.picklist(["payment.captured", "payment.failed"]),
  data: v.object({ ...v.omit(chargeSchema, ["status"]).entries, paymentId: uuidSchema }),
});
const refundMessage = v.object({
  type: v.literal("payment.refunded"),
  data: v.object({ paymentId: uuidSchema, refundId: v.optional(uuidSchema), amount: moneySchema }),
});

/** The sandbox of the embedded cloud (api.md 6): it moves no money. Undefined where it is not configured. */
export function sandboxProvider(config: Config): Provider | undefined {
  const { SANDBOX_URL, SANDBOX_WEBHOOK_SECRET, PUBLIC_URL } = config;
  if (SANDBOX_URL === undefined || SANDBOX_WEBHOOK_SECRET === undefined) return undefined;
  const webhookUrl = `${PUBLIC_URL}/v1/webhooks/sandbox`;
  return {
    name: "sandbox",
    accepts: (paymentMethod) => methods.has(paymentMethod),
    charge: (request) => post(`${SANDBOX_URL}/charges`, { ...request, webhookUrl }, chargeSchema),
    find: (paymentId) => findCharge(`${SANDBOX_URL}/charges?paymentId=${paymentId}`),
    findsWithinSeconds: 0,
    refund: async ({ refundId, paymentId, amount }) =>
      (await post(`${SANDBOX_URL}/refunds`, { refundId, paymentId, amount, webhookUrl }, refundSchema)).status,
    readWebhook: async (headers, body) =>
      isSignedWebhook(SANDBOX_WEBHOOK_SECRET, headers, body) ? messageIn(body) : undefined,
  };
}

/** Both kinds of posts carry an id that makes them happen once, so a second attempt does no harm. */
async function post<Schema extends v.GenericSchema>(url: string, body: object, schema: Schema) {
  const init = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  return understood(await fetchWithin(url, init, { timeoutMs, attempts: 2 }), 201, schema);
}

async function findCharge(url: string): Promise<Charge | undefined> {
  return understood(await fetchWithin(url, {}, { timeoutMs, attempts: 2 }), 200, chargesSchema).data[0];
}

function understood<Schema extends v.GenericSchema>(
  answer: Awaited<ReturnType<typeof fetchWithin>>,
  status: number,
  schema: Schema,
): v.InferOutput<Schema> {
  const parsed = answer.status === status ? v.safeParse(schema, jsonOf(answer)) : undefined;
  if (!parsed?.success) throw new UpstreamFailed(`The sandbox answered ${answer.status} in a way we do not know.`);
  return parsed.output;
}

function messageIn(body: string): ProviderMessage {
  const message = parsedJson(body);
  const charge = v.safeParse(chargeMessage, message);
  if (charge.success) {
    const { type, data } = charge.output;
    const status = type === "payment.captured" ? "captured" : "failed";
    return { about: "charge", paymentId: data.paymentId, charge: { ...data, status } };
  }
  const refund = v.safeParse(refundMessage, message);
  return refund.success ? { about: "refund", status: "succeeded", ...refund.output.data } : { about: "else" };
}

function parsedJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
