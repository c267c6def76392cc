import type { Config } from "../../src/platform/config.ts";

type QueueAccess = Pick<Config, "PUBLIC_URL" | "QSTASH_URL" | "QSTASH_TOKEN">;

const answerWithinMs = 5_000;

/** Removes the schedules that call jobs at PUBLIC_URL. Where the queue is away it says so: they stay. */
export async function removeSchedules(queue: QueueAccess): Promise<void> {
  try {
    const listed = (await (await ask(queue, "GET", "")).json()) as { scheduleId: string; destination: string }[];
    for (const { scheduleId, destination } of listed)
      if (destination.startsWith(`${queue.PUBLIC_URL}/internal/jobs/`))
        await ask(queue, "DELETE", `/${encodeURIComponent(scheduleId)}`);
  } catch (error) {
    console.error(
      `The schedules of ${queue.PUBLIC_URL} stay in the queue: ${error instanceof Error ? error.message : error}`,
    );
  }
}

/** Throws where the queue does not do it within 5 s. https://upstash.com/docs/qstash/api/schedules */
async function ask({ QSTASH_URL, QSTASH_TOKEN }: QueueAccess, method: string, path: string): Promise<Response> {
  const answer = await fetch(`${QSTASH_URL}/v2/schedules${path}`, {
    method,
    headers: { Authorization: `Bearer ${QSTASH_TOKEN}` },
    signal: AbortSignal.timeout(answerWithinMs),
  });
  if (!answer.ok) throw new Error(`it answers ${answer.status}`);
  return answer;
}
