import type { Ports } from "../contracts/ports.ts";
import type { Statement } from "./coalesce.ts";
import { openDatabases, type Pools } from "./database.ts";
import type { Deps, Instance } from "./deps.ts";
import type { Relay, RelayDeps } from "./events/relay.ts";
import { describeError, openLog } from "./log.ts";
import { type OpenSmtp, openMail } from "./mail.ts";
import { openQueue } from "./queue.ts";
import { openRedis } from "./redis.ts";
import type { Scope } from "./scope.ts";

/** What differs between the runtimes; an entry constructs it. */
export interface Runtime<R extends Relay>
  extends Pick<
    Deps,
    "elsewhere" | "sharesPromises" | "tellsOfLeaving" | "clientAddress" | "addressesOf" | "processFigures" | "asset"
  > {
  readonly coalesce: <Item, Answer>(
    deps: Deps,
    statement: Statement<Item, Answer>,
    item: Item,
    signal?: AbortSignal,
  ) => Promise<Answer>;
  readonly pools: Pools;
  /** Keeps the runtime alive for work that outlives the answer. */
  readonly keepAlive: (work: Promise<void>) => void;
  /** Undefined where the runtime opens no sockets for it: Workers. */
  readonly openSmtp: OpenSmtp | undefined;
  readonly openRelay: (deps: RelayDeps & Pick<Deps, "instance" | "background">) => R;
}

export interface OpenedDeps<R extends Relay> extends Deps {
  readonly relay: R;
  /** Closes every handle that was opened, after the background work. */
  readonly close: () => Promise<void>;
}

/** Opens what a request may use; every handle connects at its first use. Once on Bun, for each request on Workers. */
export function openDeps<R extends Relay>(instance: Instance, ports: Ports<Scope>, runtime: Runtime<R>): OpenedDeps<R> {
  const { config } = instance;
  const log = openLog(config);
  const working = new Set<Promise<void>>();
  const background = (work: Promise<unknown>) => {
    const settled: Promise<void> = work.then(
      () => void working.delete(settled),
      (error: unknown) => {
        working.delete(settled);
        log.error("background work failed", describeError(error));
      },
    );
    working.add(settled);
    runtime.keepAlive(settled);
  };
  const databases = openDatabases(config, runtime.pools);
  const queue = openQueue(config);
  const deps: OpenedDeps<R> = {
    config,
    instance,
    databases,
    redis: openRedis(instance),
    queue,
    mail: openMail(config, runtime.openSmtp),
    relay: runtime.openRelay({ config, instance, databases, queue, background }),
    ports,
    elsewhere: runtime.elsewhere,
    coalesce: (statement, item, signal) => runtime.coalesce(deps, statement, item, signal),
    background,
    sharesPromises: runtime.sharesPromises,
    tellsOfLeaving: runtime.tellsOfLeaving,
    clientAddress: runtime.clientAddress,
    addressesOf: runtime.addressesOf,
    processFigures: runtime.processFigures,
    asset: runtime.asset,
    close: async () => {
      while (working.size > 0) await Promise.all(working);
      await databases.close();
    },
  };
  return deps;
}
