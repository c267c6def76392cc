import { lookup } from "node:dns/promises";
import { join } from "node:path";
import { drainOnSignal } from "./drain.ts";
import { jobs } from "./jobs.ts";
import { coalesced } from "./platform/coalesce.ts";
import type { Config } from "./platform/config.ts";
import { type Deps, type Instance, startInstance } from "./platform/deps.ts";
import { byUrl } from "./platform/elsewhere.ts";
import { startRelay } from "./platform/events/relay-loop.ts";
import { forwardedAddress } from "./platform/http/forwarded-address.ts";
import { scheduleJobs } from "./platform/jobs.ts";
import { lifecycle } from "./platform/lifecycle.ts";
import { describeError, openLog } from "./platform/log.ts";
import { openDeps } from "./platform/open-deps.ts";
import { openSmtp } from "./platform/smtp.ts";
import { ports } from "./ports.ts";
import { watchProcess } from "./process-figures.ts";
import { subscriptions } from "./subscriptions.ts";

/** A refusal is ours and says what to change, and an import has no bound. Until a handler reads, Bun holds little of it. */
const bodyBytesMax = Number.MAX_SAFE_INTEGER;
const assetsFolder = join(import.meta.dir, "../node_modules/swagger-ui-dist");

type App = { readonly fetch: (request: Request, deps: Deps) => Response | Promise<Response> };

/**
 * Runs a server on Bun for as long as the process lives: opens the instance and its handles once, listens, relays and
 * drains on SIGTERM.
 */
export function serve(app: App, config: Config): void {
  const log = openLog(config);
  const instance = startInstance(config);
  const deps = open(instance, (request) => server.requestIP(request)?.address ?? "unknown");
  const schedules = scheduleJobs(deps, jobs);
  const server = Bun.serve({
    port: config.PORT,
    hostname: config.HEADROOM_MODE === "embedded" ? "127.0.0.1" : "0.0.0.0",
    // One process a core: the kernel shares connections among all that listen so.
    reusePort: config.INSTANCE !== undefined,
    idleTimeout: 30,
    maxRequestBodySize: bodyBytesMax,
    development: false,
    fetch: (request) => app.fetch(request, deps),
  });
  log.info("listening", { url: server.url.href, publicUrl: config.PUBLIC_URL });

  process.on("unhandledRejection", (error) => log.error("unhandled rejection", describeError(error)));
  drainOnSignal(server, log, {
    announce: () => {
      lifecycle(instance).draining = true;
      schedules.stop();
      server.reload({ fetch: async (request) => lastOfItsConnection(await app.fetch(request, deps)) });
    },
    finish: () => deps.relay.stop().then(() => deps.close()),
  });
}

function open(instance: Instance, peerAddress: (request: Request) => string) {
  const { config } = instance;
  return openDeps(instance, ports, {
    pools: { primary: config.DATABASE_POOL, replicaLanes: 4, perRequest: false },
    elsewhere: byUrl(config),
    coalesce: (of, statement, item, signal) => coalesced(instance.lanes, of, statement, item, signal),
    sharesPromises: true,
    tellsOfLeaving: true,
    keepAlive: () => undefined,
    processFigures: watchProcess(),
    clientAddress: (request) => forwardedAddress(request, config.TRUSTED_PROXIES) ?? peerAddress(request),
    addressesOf,
    asset,
    openSmtp,
    openRelay: (opened) => startRelay(opened, subscriptions),
  });
}

/** Bun then closes the connection, and the next request opens another: elsewhere, once the balancer has noticed. */
function lastOfItsConnection(answer: Response): Response {
  answer.headers.set("Connection", "close");
  return answer;
}

/** As the machine's own resolver says, /etc/hosts included: what a fetch would connect to. */
async function addressesOf(hostname: string): Promise<string[]> {
  return (await lookup(hostname, { all: true })).map(({ address }) => address);
}

async function asset(name: string): Promise<Response | undefined> {
  if (!/^[a-z0-9.-]+\.(css|js)$/.test(name)) return undefined;
  const file = Bun.file(join(assetsFolder, name));
  return (await file.exists()) ? new Response(file) : undefined;
}
