import { ClientGone } from "../../platform/client-gone.ts";
import { readNewest } from "../../platform/consistency/read.ts";
import { isOutage } from "../../platform/database.ts";
import { lifecycle } from "../../platform/lifecycle.ts";
import { describeError } from "../../platform/log.ts";
import { type OpenStream, openStream } from "../../platform/open-streams.ts";
import type { Caller, Scope } from "../../platform/scope.ts";
import { sessionStands } from "../../platform/sessions.ts";
import { nextTick } from "../../platform/ticks.ts";
import { Problem } from "../../shared/errors.ts";
import { rfc3339 } from "../../shared/times.ts";
import { newSteps, type Step } from "./new-steps.ts";
import { orderState } from "./order-state.ts";
import { orderById } from "./queries.ts";

const lifeMs = 5 * 60_000;
/** A second each. */
const ticksBetweenPings = 5;

interface Following {
  readonly orderId: string;
  /** The place in the order's history, from 1, of the last step that the client has. */
  readonly after: number;
  /** True where only the headers are asked for. */
  readonly isHead: boolean;
}

/**
 * The steps of an order's life as server-sent events, those behind `after` at once and then each as it happens; undefined
 * where none is left. Ends after a final status, with the session, after 5 minutes, or when the instance drains: the
 * client comes back with Last-Event-ID and misses nothing.
 * @throws Problem not-found, limit-reached, overloaded
 */
export async function followOrder(
  scope: Scope,
  caller: Caller,
  { orderId, after, isHead }: Following,
): Promise<ReadableStream<Uint8Array> | "" | undefined> {
  const { userId } = caller;
  // Of the primary, as its news are: an EventSource brings no consistency token.
  const [row] = await readNewest(scope, "orders", (db) => orderById(db).execute({ userId, id: orderId }));
  if (row === undefined) throw new Problem("not-found", "There is no such order of yours.");
  const first = (JSON.parse(row.history) as Step[]).slice(after);
  if (first.length === 0 && orderState[row.status].length === 0) return undefined;
  if (isHead) return "";
  return streamOf(scope, caller, { orderId, after, first }, await openStream(scope, userId));
}

interface Followed {
  readonly orderId: string;
  readonly after: number;
  readonly first: readonly Step[];
}

/** Pulled by the client: one that reads slowly makes nothing pile up. */
function streamOf(scope: Scope, caller: Caller, followed: Followed, stream: OpenStream): ReadableStream<Uint8Array> {
  const closed = new AbortController();
  const ended = Promise.withResolvers<void>();
  closed.signal.addEventListener("abort", () => ended.resolve());
  // On Workers the handles stay open until then.
  scope.deps.background(ended.promise.then(stream.close));
  const chunks = chunksOf(scope, caller, followed, { stream, closed: closed.signal });
  const encoder = new TextEncoder();
  return new ReadableStream({
    pull: async (controller) => {
      try {
        const { value, done } = await chunks.next();
        if (!done) return controller.enqueue(encoder.encode(value));
      } catch (error) {
        if (!(error instanceof ClientGone)) scope.log.error("a stream broke off", describeError(error));
      }
      closed.abort();
      controller.close();
    },
    cancel: () => closed.abort(),
  });
}

async function* chunksOf(
  scope: Scope,
  caller: Caller,
  { orderId, after, first }: Followed,
  { stream, closed }: { readonly stream: OpenStream; readonly closed: AbortSignal },
): AsyncGenerator<string, void> {
  const { deps } = scope;
  const endsAt = Date.now() + lifeMs;
  let sent = after + first.length;
  yield `retry: 2000\n\n${eventsOf(orderId, after, first)}`;
  if (endsWith(first)) return;
  for (let tick = 1; Date.now() < endsAt && !lifecycle(deps.instance).draining; tick++) {
    await nextTick(deps);
    if (closed.aborted) return;
    const steps = await stepsBehind(scope, { userId: caller.userId, orderId, after: sent });
    if (!(await sessionStands(scope, caller))) return;
    if (steps.length > 0) yield eventsOf(orderId, sent, steps);
    sent += steps.length;
    if (endsWith(steps)) return;
    if (tick % ticksBetweenPings !== 0) continue;
    await stream.renew();
    yield ": ping\n\n";
  }
}

/** None while the primary is away: the client hears pings and misses nothing. */
async function stepsBehind(scope: Scope, place: { userId: string; orderId: string; after: number }) {
  try {
    return await scope.deps.coalesce(newSteps, place);
  } catch (error) {
    if (!isOutage(error)) throw error;
    return [];
  }
}

function eventsOf(orderId: string, after: number, steps: readonly Step[]): string {
  return steps
    .map(({ status, at }, index) => {
      const data = JSON.stringify({ orderId, status, at: rfc3339(at) });
      return `id: ${after + index + 1}\nevent: status\ndata: ${data}\n\n`;
    })
    .join("");
}

function endsWith(steps: readonly Step[]): boolean {
  const last = steps.at(-1);
  return last !== undefined && orderState[last.status].length === 0;
}
