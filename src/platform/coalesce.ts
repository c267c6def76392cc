import { retryLater } from "../shared/errors.ts";
import { ClientGone } from "./client-gone.ts";
import { isRefusedData } from "./database.ts";
import type { Deps } from "./deps.ts";

/** A set-based statement and its bounds. */
export interface Statement<Item, Answer> {
  /** Answers one output for each item, in their order. Run again for some of them where the data of one are refused. */
  readonly run: (deps: Deps, items: readonly Item[]) => Promise<readonly Answer[]>;
  readonly itemsMax: number;
  /** What one item counts for, and how much one call may carry (a lone heavier item still goes). */
  readonly weigh: (item: Item) => number;
  readonly weightMax: number;
  /** Past this many waiting items the call is refused as overloaded. */
  readonly waitingMax: number;
}

interface Waiting {
  readonly item: unknown;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

interface Lane {
  readonly waiting: Waiting[];
  running: boolean;
}

export type Lanes = Map<unknown, Lane>;

/**
 * Concurrent calls of one statement become one call of it: what waits goes when the previous one returns, so an idle
 * instance adds no delay and a busy one pays the database once for many. One lane a statement and instance. A call whose
 * data the database refuses fails alone; one whose signal aborts before it went is left out.
 */
export async function coalesced<Item, Answer>(
  lanes: Lanes,
  deps: Deps,
  statement: Statement<Item, Answer>,
  item: Item,
  signal?: AbortSignal,
): Promise<Answer> {
  const lane = laneOf(lanes, statement);
  if (lane.waiting.length >= statement.waitingMax) throw retryLater("overloaded", "Too many requests wait for this.");
  const answer = new Promise<unknown>((resolve, reject) => lane.waiting.push({ item, signal, resolve, reject }));
  if (!lane.running) {
    lane.running = true;
    void drain(lane, deps, statement as Statement<unknown, unknown>);
  }
  return (await answer) as Answer;
}

/** The same call where requests share nothing (Workers): one item a statement. */
export async function alone<Item, Answer>(deps: Deps, statement: Statement<Item, Answer>, item: Item): Promise<Answer> {
  const [answer] = await statement.run(deps, [item]);
  return answer as Answer;
}

async function drain(lane: Lane, deps: Deps, statement: Statement<unknown, unknown>): Promise<void> {
  // Lets the requests of this turn of the event loop join before the first statement goes.
  await Promise.resolve();
  while (lane.waiting.length > 0) {
    const taken = take(lane.waiting, statement);
    if (taken.length > 0) await settle(taken, deps, statement);
  }
  lane.running = false;
}

/** Where the data are at fault, each half goes by itself, down to the item that is. */
async function settle(taken: Waiting[], deps: Deps, statement: Statement<unknown, unknown>): Promise<void> {
  try {
    const answers = await statement.run(
      deps,
      taken.map(({ item }) => item),
    );
    for (const [index, { resolve }] of taken.entries()) resolve(answers[index]);
  } catch (error) {
    if (taken.length > 1 && isRefusedData(error)) {
      const half = Math.ceil(taken.length / 2);
      await settle(taken.slice(0, half), deps, statement);
      await settle(taken.slice(half), deps, statement);
    } else for (const { reject } of taken) reject(error);
  }
}

/** What goes next: as much as the bounds allow of those whose callers still wait. */
function take(waiting: Waiting[], statement: Statement<unknown, unknown>): Waiting[] {
  let size = 0;
  let weight = 0;
  for (const { item } of waiting) {
    weight += statement.weigh(item);
    if (size > 0 && (size >= statement.itemsMax || weight > statement.weightMax)) break;
    size++;
  }
  return waiting.splice(0, size).filter(({ signal, reject }) => {
    if (signal?.aborted) reject(new ClientGone());
    return !signal?.aborted;
  });
}

function laneOf(lanes: Lanes, statement: unknown): Lane {
  const known = lanes.get(statement);
  if (known) return known;
  const lane: Lane = { waiting: [], running: false };
  lanes.set(statement, lane);
  return lane;
}
