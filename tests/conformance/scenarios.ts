import type { Scenario } from "./exchange.ts";
import { administration } from "./recorded/administration.ts";
import { analytics } from "./recorded/analytics.ts";
import { apiKeys } from "./recorded/api-keys.ts";
import { catalog } from "./recorded/catalog.ts";
import { deliveries } from "./recorded/deliveries.ts";
import { erasure } from "./recorded/erasure.ts";
import { fulfilment } from "./recorded/fulfilment.ts";
import { gateway } from "./recorded/gateway.ts";
import { identity } from "./recorded/identity.ts";
import { manners } from "./recorded/manners.ts";
import { notifications } from "./recorded/notifications.ts";
import { orders } from "./recorded/orders.ts";
import { paying } from "./recorded/payments.ts";
import { pricing } from "./recorded/pricing.ts";
import { reference } from "./recorded/reference.ts";
import { refusals } from "./recorded/refusals.ts";
import { webhooks } from "./recorded/webhooks.ts";

/** The recording, whole: what every deployment must answer alike. */
export const scenarios: readonly Scenario[] = [
  reference,
  ...catalog,
  ...identity,
  apiKeys,
  administration,
  ...orders,
  ...pricing,
  paying,
  fulfilment,
  notifications,
  webhooks,
  analytics,
  erasure,
  ...refusals,
  deliveries,
  ...gateway,
  manners,
];
