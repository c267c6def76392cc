import { eventJobs } from "./platform/events/jobs.ts";
import type { Jobs } from "./platform/jobs.ts";
import { rollUp } from "./services/analytics/roll-up.ts";
import { deleteExpired } from "./services/identity/delete-expired.ts";
import { sweepReservations } from "./services/inventory/sweep-reservations.ts";
import { expireOrders } from "./services/orders/expire-orders.ts";
import { reconcilePayments } from "./services/payments/reconcile-payments.ts";
import { subscriptions } from "./subscriptions.ts";

const everyMinute = "* * * * *";

/** The map of jobs: what runs by the clock. Each may run twice, or on two instances at once. */
export const jobs: Jobs = {
  ...eventJobs(subscriptions),
  "expire-orders": { service: "orders", cron: everyMinute, run: expireOrders },
  "sweep-reservations": { service: "inventory", cron: everyMinute, run: sweepReservations },
  "delete-expired": { service: "identity", cron: "47 * * * *", run: deleteExpired },
  "reconcile-payments": { service: "payments", cron: everyMinute, run: reconcilePayments },
  "roll-up-analytics": { service: "analytics", cron: everyMinute, run: (scope) => rollUp(scope) },
};
