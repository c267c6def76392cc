import { type Service, services } from "../contracts/services.ts";
import type { Deps } from "./deps.ts";
import { wakeRelay } from "./events/wake-relay.ts";
import { describeError, openLog } from "./log.ts";
import { backgroundScope, type Scope } from "./scope.ts";

/** Work that a schedule starts, over and over and on any instance: it is idempotent and bounds itself. */
export interface Job {
  /** Whose data it works on; absent where it works on every database of the services that are mounted. */
  readonly service?: Service;
  /** In UTC. */
  readonly cron: string;
  readonly run: (scope: Scope) => Promise<void>;
}

/** The jobs by name: the name stands in the path that the queue calls. */
export type Jobs = Readonly<Record<string, Job>>;

/** Runs a job now; the relay hears of what it wrote. Throws what the job throws. */
export async function runJob(deps: Deps, name: string, job: Job): Promise<void> {
  const scope = backgroundScope(deps, { about: { job: name } });
  await job.run(scope);
  wakeRelay(scope);
}

const retryMaxMs = 60_000;

/**
 * Creates or overwrites the schedules of all jobs. Where the queue is away the server runs nevertheless and this is
 * tried again until it succeeds or is stopped.
 */
export function scheduleJobs(deps: Pick<Deps, "config" | "queue">, jobs: Jobs): { readonly stop: () => void } {
  const log = openLog(deps.config);
  const { host } = new URL(deps.config.PUBLIC_URL);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  const attempt = async (failures: number): Promise<void> => {
    try {
      // Deployments that share a queue keep apart by their host.
      for (const [name, job] of Object.entries(jobs))
        for (const place of placesOf(deps, job)) {
          const url = `${deps.config.PUBLIC_URL}/internal/jobs/${[name, ...place].join("/")}`;
          await deps.queue.schedule([host.replace(":", "-"), name, ...place].join("."), job.cron, url);
        }
    } catch (error) {
      log.warn("the jobs are not scheduled yet", { failures: failures + 1, ...describeError(error) });
      if (!stopped) timer = setTimeout(() => void attempt(failures + 1), Math.min(retryMaxMs, 1_000 * 2 ** failures));
    }
  };
  void attempt(0);
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/**
 * Where the job runs, as the end of its path: anywhere in a deployment of all services; else at its service where that is
 * mounted here, or at one mounted service of each database.
 */
function placesOf({ config }: Pick<Deps, "config">, { service }: Job): readonly (readonly Service[])[] {
  if (config.SERVICES.size === services.length) return [[]];
  if (service !== undefined) return config.SERVICES.has(service) ? [[service]] : [];
  const byDatabase = new Map([...config.SERVICES].map((one) => [config.DATABASES[one].url, one]));
  return [...byDatabase.values()].map((one) => [one]);
}
