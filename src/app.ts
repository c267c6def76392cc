import { Hono, type Schema } from "hono";
import type { Service } from "./contracts/services.ts";
import { accessLog } from "./gateway/access-log.ts";
import { addressLimit } from "./gateway/address-limit.ts";
import { batch } from "./gateway/batch.ts";
import { consistencyToken } from "./gateway/consistency-token.ts";
import { cors } from "./gateway/cors.ts";
import { forward } from "./gateway/forward.ts";
import { httpMetrics } from "./gateway/http-metrics.ts";
import { internalHop } from "./gateway/internal-hop.ts";
import { pathOfRequest } from "./gateway/path-of-request.ts";
import { preferMinimal } from "./gateway/prefer-minimal.ts";
import { relayWake } from "./gateway/relay-wake.ts";
import { requestScope } from "./gateway/request-scope.ts";
import { responseHeaders } from "./gateway/response-headers.ts";
import { shedding } from "./gateway/shedding.ts";
import { answerNotFound, methodNotAllowed } from "./gateway/unrouted.ts";
import { jobs } from "./jobs.ts";
import { eventRoutes } from "./operations/events.ts";
import { health } from "./operations/health.ts";
import { metrics } from "./operations/metrics.ts";
import { ops } from "./operations/ops.ts";
import { portRoutes } from "./operations/ports.ts";
import { pages } from "./pages/routes.ts";
import { type Inbox, recordedOnce } from "./platform/events/inbox.ts";
import type { AppEnv } from "./platform/http/app-env.ts";
import { answerProblem } from "./platform/http/problem.ts";
import { portFunctions } from "./ports.ts";
import { reference } from "./reference/routes.ts";
import { analytics } from "./services/analytics/routes.ts";
import { catalog } from "./services/catalog/routes.ts";
import { identity } from "./services/identity/routes.ts";
import { inventory } from "./services/inventory/routes.ts";
import { notifications } from "./services/notifications/routes.ts";
import { orders } from "./services/orders/routes.ts";
import { payments, webhooks } from "./services/payments/routes.ts";
import { subscriptions } from "./subscriptions.ts";

/** The map of HTTP: what every request passes, in order, then one line a service. `inbox` is replaced by a fault test. */
export function buildApp(inbox: Inbox = recordedOnce) {
  const app = new Hono<AppEnv>({ getPath: pathOfRequest });
  app.onError(answerProblem);
  app.notFound(answerNotFound);
  return (
    app
      .use(requestScope())
      .use(httpMetrics())
      .use(accessLog())
      .use(responseHeaders())
      .use(relayWake())
      .use(internalHop())
      // Deliveries, webhooks and the balancer's and monitor's questions are never refused for load: that would make it worse.
      .route("/", eventRoutes(subscriptions, jobs, inbox))
      .route("/", service("payments", webhooks))
      .route("/", health)
      .route("/", metrics)
      .use(cors())
      .use(shedding())
      .use(methodNotAllowed(app))
      .use(addressLimit)
      .use(preferMinimal())
      .use(consistencyToken())
      .route("/", portRoutes(portFunctions))
      .route(
        "/",
        batch(() => app),
      )
      .route("/", service("identity", identity))
      .route("/", service("catalog", catalog))
      .route("/", service("inventory", inventory))
      .route("/", service("orders", orders))
      .route("/", service("payments", payments))
      .route("/", service("notifications", notifications))
      .route("/", service("analytics", analytics))
      .route("/", ops(subscriptions))
      .route("/", pages)
      .route(
        "/",
        reference(() => app),
      )
  );
}

/** Each of the service's own routes is answered here where `SERVICES` mounts it, else forwarded. */
function service<S extends Schema, Base extends string>(name: Service, routes: Hono<AppEnv, S, Base>) {
  const guarded = new Hono<AppEnv>();
  for (const key of new Set(routes.routes.map(({ method, path }) => `${method} ${path}`))) {
    const [method = "", path = ""] = key.split(" ");
    guarded.on(method, path, (c, next) => (c.env.config.SERVICES.has(name) ? next() : forward(c, name)));
  }
  // The guard adds no route, so the type stays that of the routes.
  return guarded.route("/", routes) as unknown as Hono<AppEnv, S, Base>;
}

export const app = buildApp();
