import { randomUUID } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { openShop } from "./shop.ts";

interface Charge {
  readonly status: string;
  readonly attempts: number;
  /** Minor units; what of it went back. */
  readonly amount: number;
  readonly refunded: number;
}

/** What the payment provider has in its own books about a payment. */
export async function chargesOf(paymentId: string): Promise<Charge[]> {
  const { config } = await openShop();
  const response = await fetch(`${config.SANDBOX_URL}/charges?paymentId=${paymentId}`);
  return ((await response.json()) as { data: Charge[] }).data;
}

/** Runs the work while the payment provider is slow or down. */
export async function whileProviderIs<T>(mode: "slow" | "down", work: () => Promise<T>): Promise<T> {
  await setMode(mode);
  try {
    return await work();
  } finally {
    await setMode("ok");
  }
}

async function setMode(mode: "ok" | "slow" | "down"): Promise<void> {
  const { config } = await openShop();
  await fetch(`${config.SANDBOX_URL}/mode`, { method: "PUT", body: JSON.stringify({ mode }) });
}

interface Signing {
  readonly secret?: string;
  readonly at?: Date;
  /** Another instance of the shop. */
  readonly to?: string;
}

/** Sends a webhook as the provider would, and answers the status. */
export async function sendWebhook(type: string, data: object, { secret, at = new Date(), to }: Signing = {}) {
  const { url, config } = await openShop();
  const id = `msg_${randomUUID()}`;
  const body = JSON.stringify({ type, timestamp: at.toISOString(), data });
  const response = await fetch(`${to ?? url}/v1/webhooks/sandbox`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
      "webhook-signature": new Webhook(secret ?? config.SANDBOX_WEBHOOK_SECRET ?? "").sign(id, at, body),
    },
    body,
  });
  await response.text();
  return response.status;
}
