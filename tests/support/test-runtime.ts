import { coalesced } from "../../src/platform/coalesce.ts";
import type { Instance } from "../../src/platform/deps.ts";
import { byUrl } from "../../src/platform/elsewhere.ts";
import type { Relay } from "../../src/platform/events/relay.ts";
import type { Runtime } from "../../src/platform/open-deps.ts";
import { openSmtp } from "../../src/platform/smtp.ts";

/** An instance of a test's own as it runs on Bun, but for its relay: all clients are on this machine, there are no assets. */
export function testRuntime(instance: Instance): Omit<Runtime<Relay>, "openRelay"> {
  const { config, lanes } = instance;
  return {
    pools: { primary: config.DATABASE_POOL, replicaLanes: 4, perRequest: false },
    elsewhere: byUrl(config),
    coalesce: (deps, statement, item, signal) => coalesced(lanes, deps, statement, item, signal),
    sharesPromises: true,
    tellsOfLeaving: true,
    keepAlive: () => undefined,
    clientAddress: () => "127.0.0.1",
    addressesOf: async () => [],
    openSmtp,
    asset: async () => undefined,
  };
}
