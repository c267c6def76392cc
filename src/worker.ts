// The entry on Cloudflare Workers: opens the instance once an isolate, at its first request, and handles for each request.
import { app } from "./app.ts";
import type { Service } from "./contracts/services.ts";
import { jobs } from "./jobs.ts";
import { alone } from "./platform/coalesce.ts";
import { ConfigError, readConfig } from "./platform/config.ts";
import { type Instance, startInstance } from "./platform/deps.ts";
import { runDueJobs } from "./platform/due-jobs.ts";
import { byBinding, byUrl } from "./platform/elsewhere.ts";
import { relayAtEdge } from "./platform/events/relay-at-edge.ts";
import { problemResponse } from "./platform/http/problem.ts";
import { type DatabaseBinding, databaseSettings, sayHyperdrive } from "./platform/hyperdrive.ts";
import { openLog } from "./platform/log.ts";
import { openDeps } from "./platform/open-deps.ts";
import { ports } from "./ports.ts";
import { Problem } from "./shared/errors.ts";
import { subscriptions } from "./subscriptions.ts";

/** Beside these, each setting is a variable or a secret with the name that it has in an environment. */
type Bindings = {
  readonly ASSETS?: Fetcher;
  readonly PUBLIC_URL?: string;
} & { readonly [Name in DatabaseBinding]?: Hyperdrive } & {
  /** The Workers that mount other services. */
  readonly [Other in Uppercase<Service>]?: Fetcher;
};

/**
 * A request may have 6 connections open; these leave 4 for Redis and the queue. What a request asks the primary goes one
 * after the other, so nothing may ask it anew while its transaction is open: that would wait for itself.
 */
const pools = { primary: 1, replicaLanes: 1, perRequest: true };

let instance: Instance | undefined;

export default {
  async fetch(request, env, ctx) {
    try {
      instance ??= startInstance(readConfig(settingsOf(env), "workers"));
    } catch (error) {
      if (error instanceof ConfigError) return refuseAll(request, env, error);
      throw error;
    }
    const deps = openFor(ctx, env, instance);
    const answer = Promise.resolve(app.fetch(request, deps));
    // Whoever goes away does not cancel what he began. Background work ends before the handles close.
    ctx.waitUntil(answer.finally(deps.close));
    return answer;
  },

  /** Cloudflare calls it each minute: one trigger for all jobs, since accounts have few. */
  async scheduled({ scheduledTime }, env, ctx) {
    instance ??= startInstance(readConfig(settingsOf(env), "workers"));
    const deps = openFor(ctx, env, instance);
    await runDueJobs(deps, jobs, new Date(scheduledTime)).finally(deps.close);
  },
} satisfies ExportedHandler<Bindings>;

/** Cloudflare knows databases as bindings, the configuration knows them as URLs. */
function settingsOf(env: Bindings) {
  return { ...env, ...databaseSettings((binding) => env[binding]?.connectionString) };
}

function openFor(ctx: ExecutionContext, env: Bindings, opened: Instance) {
  const withoutEdge = opened.config.HEADROOM_MODE === "embedded" ? "127.0.0.1" : "unknown";
  return openDeps(opened, ports, {
    pools,
    coalesce: alone,
    elsewhere: byBinding(env, byUrl(opened.config)),
    sharesPromises: false,
    tellsOfLeaving: false,
    keepAlive: (work) => ctx.waitUntil(work),
    clientAddress: (request) => request.headers.get("CF-Connecting-IP") ?? withoutEdge,
    addressesOf: async () => [],
    asset: async (name) => {
      const response = await env.ASSETS?.fetch(`https://assets/${encodeURIComponent(name)}`);
      return response?.ok ? response : undefined;
    },
    openSmtp: undefined,
    openRelay: (deps) => relayAtEdge(deps, subscriptions),
  });
}

/** A Worker cannot refuse to start: each request is told so instead, and the log what is wrong. */
function refuseAll(request: Request, env: Bindings, { issues }: ConfigError): Response {
  const requestId = crypto.randomUUID();
  const named = issues.map(sayHyperdrive);
  openLog({ LOG_LEVEL: "error" }).error("Headroom cannot serve with this configuration", { issues: named, requestId });
  const { origin, pathname } = new URL(request.url);
  const problem = new Problem("internal", "This deployment is not configured; its log names what is missing.");
  return problemResponse(problem, { publicUrl: env.PUBLIC_URL ?? origin, instance: pathname, requestId });
}
