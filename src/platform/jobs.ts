import type { Deps } from "./deps.ts";
import { wakeRelay } from "./events/wake-relay.ts";
import { describeError, openLog } from "./log.ts";
import { backgroundScope, type Scope } from "./scope.ts";

/** Work that a schedule starts, over and over and on any instance: it is idempotent and bounds itself. */
export interface Job {
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
      for (const [name, { cron }] of Object.entries(jobs))
        await deps.queue.schedule(`${host.replace(":", "-")}.${name}`, cron, jobUrl(deps, name));
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

function jobUrl({ config }: Pick<Deps, "config">, name: string): string {
  return `${config.PUBLIC_URL}/internal/jobs/${name}`;
}
