import { availableParallelism } from "node:os";
import type { Deps, Instance } from "../../platform/deps.ts";
import { lazilyPer } from "../../platform/lazily-per.ts";
import { retryLater } from "../../shared/errors.ts";

const waitingMax = 16;
const waitMsMax = 2_000;
const lookAgainMs = 20;
/** Longer than any request lives: a ticket so old is that of a request which its runtime ended. */
const ticketMsMax = 30_000;

interface Ticket {
  readonly drawnAt: number;
}

/**
 * Runs what hashes a password while at most half the cores do so, so that a storm of log-ins leaves room for orders. 16
 * more may wait, for 2 s at most. Who waits looks by himself whether it is his turn: on Workers no request may await what
 * another one resolves.
 * @throws Problem overloaded
 */
export async function inPasswordSlot<T>({ instance }: Pick<Deps, "instance">, run: () => Promise<T>): Promise<T> {
  const slots = Math.max(1, Math.floor(availableParallelism() / 2));
  const tickets = ticketsOf(instance);
  const ticket = { drawnAt: Date.now() };
  for (const old of tickets) if (ticket.drawnAt - old.drawnAt > ticketMsMax) tickets.delete(old);
  if (tickets.size >= slots + waitingMax) throw tooManyLogIns();
  tickets.add(ticket);
  try {
    while (!isAmongFirst(slots, tickets, ticket)) {
      if (Date.now() - ticket.drawnAt > waitMsMax) throw tooManyLogIns();
      await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
    }
    return await run();
  } finally {
    tickets.delete(ticket);
  }
}

/** In the order in which they were drawn: the first few run, the others wait. */
const ticketsOf = lazilyPer((_instance: Instance) => new Set<Ticket>());

function isAmongFirst(count: number, tickets: ReadonlySet<Ticket>, ticket: Ticket): boolean {
  return [...tickets].indexOf(ticket) < count;
}

function tooManyLogIns() {
  return retryLater("overloaded", "Too many log-ins at once; try again.", 2);
}
