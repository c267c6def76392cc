import { randomUUID } from "node:crypto";
import Stripe from "stripe";
import { app } from "../../src/app.ts";
import { readConfig } from "../../src/platform/config.ts";
import { backgroundScope, type Scope } from "../../src/platform/scope.ts";
import { openShop, openTestDeps } from "./shop.ts";
import { type StripeStandIn, startStripeStandIn } from "./stripe-stand-in.ts";

const webhookSecret = "whsec_of-this-test";

/** The settings with which a shop takes payments by a Stripe that answers at this URL. */
export const stripeSettings = (url: string) => ({
  PAYMENTS_PROVIDER: "stripe",
  STRIPE_SECRET_KEY: "sk_test_123",
  STRIPE_WEBHOOK_SECRET: webhookSecret,
  STRIPE_URL: url,
});

/** An instance of this test run's shop that takes its payments by Stripe; the sandbox's are still its own. */
export interface StripeShop {
  readonly url: string;
  readonly stripe: StripeStandIn;
  readonly scope: () => Scope;
  readonly close: () => Promise<void>;
}

export async function openStripeShop(): Promise<StripeShop> {
  const shop = await openShop();
  const stripe = startStripeStandIn();
  const config = readConfig({ ...shop.env, ...stripeSettings(stripe.url), LOG_LEVEL: "error" });
  const deps = openTestDeps(config);
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: (request) => app.fetch(request, deps) });
  return {
    url: server.url.href.replace(/\/$/, ""),
    stripe,
    scope: () => backgroundScope(deps, { about: { test: true } }),
    close: async () => {
      await server.stop(true);
      await deps.close();
      stripe.stop();
    },
  };
}

interface Signing {
  readonly secret?: string;
  readonly at?: Date;
}

/** Sends an event as Stripe would, signed by its own library, and answers the status. */
export async function sendStripeEvent(
  url: string,
  type: string,
  object: object,
  { secret = webhookSecret, at = new Date() }: Signing = {},
): Promise<number> {
  const payload = JSON.stringify({ id: `evt_${randomUUID()}`, object: "event", type, data: { object } });
  const stripe = new Stripe("sk_test_123", { httpClient: Stripe.createFetchHttpClient() });
  const signature = await stripe.webhooks.generateTestHeaderStringAsync({
    payload,
    secret,
    timestamp: Math.floor(at.getTime() / 1000),
    cryptoProvider: Stripe.createSubtleCryptoProvider(),
  });
  const headers = { "Content-Type": "application/json", "Stripe-Signature": signature };
  const response = await fetch(`${url}/v1/webhooks/stripe`, { method: "POST", headers, body: payload });
  await response.text();
  return response.status;
}
