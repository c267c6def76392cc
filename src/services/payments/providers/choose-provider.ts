import type { Config } from "../../../platform/config.ts";
import { Problem } from "../../../shared/errors.ts";
import type { Provider } from "./provider.ts";
import { sandboxProvider } from "./sandbox.ts";
import { stripeProvider } from "./stripe.ts";

/** The provider that new payments go to. @throws Problem service-unavailable where none is configured */
export function chooseProvider(config: Config): Provider {
  const provider = providerNamed(config, config.PAYMENTS_PROVIDER ?? "sandbox");
  if (provider) return provider;
  throw new Problem(
    "service-unavailable",
    "No payment provider is configured.",
    { service: "payments" },
    { "Retry-After": "60" },
  );
}

/** The provider of this name, where it is configured: payments that it began are its own for good. */
export function providerNamed(config: Config, name: string): Provider | undefined {
  if (name === "stripe") return stripeProvider(config);
  return name === "sandbox" ? sandboxProvider(config) : undefined;
}
