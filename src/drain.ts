import { describeError, type Log } from "./platform/log.ts";

/** deploy/haproxy.cfg asks every 500 ms and then after 250 ms, and believes the second refusal: it knows within 1 s. */
const noticedMs = 2_000;
const inFlightMs = 10_000;
/** npm passes a terminal's Ctrl-C on, so that it comes twice. */
const sameSignalMs = 1_000;

interface Leaving {
  /** From now on the instance says that it is leaving. */
  readonly announce: () => void;
  /** After the last answer. */
  readonly finish: () => Promise<void>;
}

/**
 * Ends the process without losing a request. On SIGTERM it announces itself and serves on until the balancer has
 * noticed; SIGINT comes from a terminal, where there is none. Then it listens no more, answers what is in flight (for at
 * most 10 s) and finishes. Asked once more, it ends at once.
 */
export function drainOnSignal(server: Bun.Server<undefined>, log: Log, leaving: Leaving): void {
  let askedAt: number | undefined;
  const onSignal = (signal: "SIGTERM" | "SIGINT") => {
    if (askedAt === undefined) {
      askedAt = Date.now();
      void drain(server, log, leaving, signal);
    } else if (Date.now() - askedAt > sameSignalMs) process.exit(1);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => onSignal(signal));
}

async function drain(
  server: Bun.Server<undefined>,
  log: Log,
  leaving: Leaving,
  signal: "SIGTERM" | "SIGINT",
): Promise<never> {
  log.info("draining", { signal, inFlight: server.pendingRequests });
  leaving.announce();
  if (signal === "SIGTERM") await Bun.sleep(noticedMs);
  const finished = server.stop().then(leaving.finish);
  await Promise.race([finished, Bun.sleep(inFlightMs)]).catch((error: unknown) =>
    log.error("not everything was closed", describeError(error)),
  );
  log.info("stopped", { inFlight: server.pendingRequests });
  return process.exit(0);
}
