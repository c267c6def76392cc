import type { Ports } from "./contracts/ports.ts";
import type { Scope } from "./platform/scope.ts";
import { identityPort } from "./services/identity/port.ts";
import { reserve } from "./services/inventory/reserve.ts";
import { ordersPort } from "./services/orders/port.ts";
import { paymentsPort } from "./services/payments/port.ts";

/** The map of ports: what one service asks of another at once, bound to the other's verbs. */
export const ports: Ports<Scope> = {
  identity: identityPort,
  inventory: { reserve },
  orders: ordersPort,
  payments: paymentsPort,
};
