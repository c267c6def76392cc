import { availableParallelism } from "node:os";
import type { Deps, Instance } from "../../../platform/deps.ts";
import { lazilyPer } from "../../../platform/lazily-per.ts";
import { retryLater } from "../../../shared/errors.ts";

const waitingMax = 16;
const waitMsMax = 2_000;
const lookAgainMs = 20;
/** Longer than any request lives: a ticket so old is that of a request which its runtime ended. */
const ticketMsMax = 30_000;

interface Ticket {
  readonly drawnAt: number;
}

interface Counter {
  /** In the order in which they were drawn: the first few run, the others wait. */
  readonly tickets: Set<Ticket>;
  /** Until when nobody begins. */
  restUntil: number;
}

/**
 * Runs what hashes a password while at most half the cores do so (two thirds of the time where there is one, as on Workers:
 * with less a handful of log-ins at once would wait too long), so that a storm of log-ins leaves room for orders. 16 more may wait, for 2 s at most. Who waits looks by himself whether it is his
 * turn: on Workers no request may await what another one resolves.
 * @throws Problem overloaded
 */
export async function inPasswordSlot<T>(
  { instance }: Pick<Deps, "instance">,
  run: () => Promise<T>,
  cores = availableParallelism(),
): Promise<T> {
  const slots = Math.max(1, Math.floor(cores / 2));
  const counter = counterOf(instance);
  const ticket = draw(counter.tickets, slots + waitingMax);
  try {
    await turnOf(ticket, counter, slots);
    const begunAt = Date.now();
    return await run().finally(() => {
      if (cores === 1) counter.restUntil = Date.now() + (Date.now() - begunAt) / 2;
    });
  } finally {
    counter.tickets.delete(ticket);
  }
}

const counterOf = lazilyPer((_instance: Instance): Counter => ({ tickets: new Set(), restUntil: 0 }));

function draw(tickets: Set<Ticket>, ticketsMax: number): Ticket {
  const ticket = { drawnAt: Date.now() };
  for (const old of tickets) if (ticket.drawnAt - old.drawnAt > ticketMsMax) tickets.delete(old);
  if (tickets.size >= ticketsMax) throw tooManyLogIns();
  tickets.add(ticket);
  return ticket;
}

async function turnOf(ticket: Ticket, counter: Counter, slots: number): Promise<void> {
  while ([...counter.tickets].indexOf(ticket) >= slots || Date.now() < counter.restUntil) {
    if (Date.now() - ticket.drawnAt > waitMsMax) throw tooManyLogIns();
    await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
  }
}

function tooManyLogIns() {
  return retryLater("overloaded", "Too many log-ins at once; try again.", 2);
}
