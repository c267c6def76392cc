import type { Deps } from "./deps.ts";
import { type Jobs, runJob } from "./jobs.ts";
import { describeError, openLog } from "./log.ts";

/**
 * Runs the jobs that are due in the minute of `at`, one after another. One that fails is logged and keeps no other from
 * running; it is due again at its next time.
 */
export async function runDueJobs(deps: Deps, jobs: Jobs, at: Date): Promise<void> {
  for (const [name, job] of Object.entries(jobs)) {
    try {
      const isHere = job.service === undefined || deps.config.SERVICES.has(job.service);
      if (isHere && isDue(job.cron, at)) await runJob(deps, name, job);
    } catch (error) {
      openLog(deps.config, { job: name }).error("the job failed", describeError(error));
    }
  }
}

/** Of cron's language it knows `*` and plain numbers, all that our jobs need; on anything else it throws. */
function isDue(cron: string, at: Date): boolean {
  const fields = cron.split(" ");
  const now = [at.getUTCMinutes(), at.getUTCHours(), at.getUTCDate(), at.getUTCMonth() + 1, at.getUTCDay()];
  if (fields.length !== now.length || !fields.every((field) => /^(\*|\d+)$/.test(field)))
    throw new Error(`The edge does not understand the clock "${cron}".`);
  return fields.every((field, index) => field === "*" || Number(field) === now[index]);
}
