import type { PaymentsPort } from "../../contracts/ports.ts";
import { onPrimary, type Scope } from "../../platform/scope.ts";
import { ordersBeingPaid } from "./queries.ts";

/** A payment younger than this may still be captured: its order waits for it. */
const youngSeconds = 120;

/** What other services may ask of payments at once; each answer is the primary's. */
export const paymentsPort: PaymentsPort<Scope> = {
  beingPaid: async (scope, orders) =>
    orders.length === 0 ? new Set() : await ordersBeingPaid(onPrimary(scope, "payments"), orders, youngSeconds),
};
