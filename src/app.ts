import { Hono } from "hono";
import { accessLog } from "./gateway/access-log.ts";
import { addressLimit } from "./gateway/address-limit.ts";
import { consistencyToken } from "./gateway/consistency-token.ts";
import { preferMinimal } from "./gateway/prefer-minimal.ts";
import { relayWake } from "./gateway/relay-wake.ts";
import { requestScope } from "./gateway/request-scope.ts";
import { cors, responseHeaders } from "./gateway/response-headers.ts";
import { shedding } from "./gateway/shedding.ts";
import { answerNotFound, methodNotAllowed } from "./gateway/unrouted.ts";
import { jobs } from "./jobs.ts";
import { eventRoutes } from "./operations/events.ts";
import { health } from "./operations/health.ts";
import { pages } from "./pages/routes.ts";
import { type Inbox, recordedOnce } from "./platform/events/inbox.ts";
import type { AppEnv } from "./platform/http/app-env.ts";
import { answerProblem } from "./platform/http/problem.ts";
import { reference } from "./reference/routes.ts";
import { catalog } from "./services/catalog/routes.ts";
import { identity } from "./services/identity/routes.ts";
import { inventory } from "./services/inventory/routes.ts";
import { notifications } from "./services/notifications/routes.ts";
import { orders } from "./services/orders/routes.ts";
import { payments, webhooks } from "./services/payments/routes.ts";
import { subscriptions } from "./subscriptions.ts";

/** The map of HTTP: what every request passes, in order, then one line a service. `inbox` is replaced by a fault test. */
export function buildApp(inbox: Inbox = recordedOnce) {
  const app = new Hono<AppEnv>();
  app.onError(answerProblem);
  app.notFound(answerNotFound);
  return (
    app
      .use(requestScope())
      .use(accessLog())
      .use(responseHeaders())
      .use(relayWake())
      // Deliveries, webhooks and the balancer's questions are never refused for load: that would make it worse.
      .route("/", eventRoutes(subscriptions, jobs, inbox))
      .route("/", webhooks)
      .route("/", health)
      .use(shedding())
      .use(cors())
      .use(methodNotAllowed(app))
      .use(addressLimit)
      .use(preferMinimal())
      .use(consistencyToken())
      .route("/", identity)
      .route("/", catalog)
      .route("/", inventory)
      .route("/", orders)
      .route("/", payments)
      .route("/", notifications)
      .route("/", pages)
      .route(
        "/",
        reference(() => app),
      )
  );
}

export const app = buildApp();
