import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../../../local/ports.ts";
import { eventually } from "../../../../tests/support/client.ts";
import { databaseDeps } from "../../../../tests/support/database-deps.ts";
import { stripeSettings } from "../../../../tests/support/stripe.ts";
import { UpstreamFailed } from "../../../platform/fetch.ts";
import { stripeProvider } from "./stripe.ts";

/** Stripe's own mock, which holds requests and answers to Stripe's OpenAPI document. It keeps nothing. */
const binary = Bun.which("stripe-mock") ?? Bun.which("stripe-mock", { PATH: join(homedir(), "go/bin") });
if (binary === null)
  console.warn("skipped, no stripe-mock: go install github.com/stripe/stripe-mock@v0.203.0 (.ci/run does where Go is)");

let mock: Bun.Subprocess | undefined;
let url = "";
beforeAll(async () => {
  if (binary === null) return;
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  mock = Bun.spawn([binary, "-http-addr", `127.0.0.1:${port}`], { stdout: "ignore", stderr: "ignore" });
  const authorization = { Authorization: "Bearer sk_test_123" };
  await eventually(async () => (await fetch(`${url}/v1/refunds`, { headers: authorization }).catch(() => null))?.ok);
}, 30_000);
afterAll(async () => {
  mock?.kill();
  await mock?.exited;
});

function providerAt(more: Record<string, string> = {}) {
  const { config } = databaseDeps("postgres://127.0.0.1/none", [], { ...stripeSettings(url), ...more });
  const provider = stripeProvider(config);
  if (provider === undefined) throw new Error("not configured");
  return provider;
}

describe.skipIf(binary === null)("what we ask Stripe and read of its answers has the shape of its API:", () => {
  const amount = { amount: 1299, currency: "EUR" };

  test("a charge", async () => {
    const charge = { paymentId: randomUUID(), amount, paymentMethod: "pm_card_visa" };
    // The mock's intents are never charged.
    expect(await providerAt().charge(charge)).toEqual({
      status: "failed",
      amount,
      reference: expect.stringMatching(/^pi_\w+$/),
      failureCode: "requires_payment_method",
    });
  });

  test("a charge that its document does not allow, and a key that it does not know", async () => {
    const charge = { paymentId: randomUUID(), amount: { ...amount, amount: 0.5 }, paymentMethod: "pm_card_visa" };
    expect(await providerAt().charge(charge)).toMatchObject({ status: "failed", failureCode: "refused" });
    await expect(providerAt({ STRIPE_SECRET_KEY: "rk_live_x" }).charge({ ...charge, amount })).rejects.toThrow(
      UpstreamFailed,
    );
  });

  test("the search for a payment's charge", async () => {
    expect(await providerAt().find(randomUUID())).toMatchObject({
      status: "failed",
      amount: { currency: "USD" },
      reference: expect.stringMatching(/^pi_\w+$/),
    });
  });

  test("a refund, of a charge whose name we noted and of one that is searched for", async () => {
    for (const reference of ["pi_123", null]) {
      const refund = { refundId: randomUUID(), paymentId: randomUUID(), reference, amount };
      expect(await providerAt().refund(refund)).toBe("succeeded");
    }
  });
});
