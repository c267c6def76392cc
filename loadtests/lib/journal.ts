import type { Answer, Session } from "./client.ts";
import { json } from "./client.ts";

interface PlacedOrder {
  id: string;
  total: { amount: number };
  lines: { sku: string; quantity: number; unitPrice: { amount: number } }[];
}

/** Where k6 was given a file for it (loadtests/checker/journal.ts), the client keeps a journal of its own there. */
const keepsJournal = __ENV.JOURNAL === "1";

/**
 * Sends an order and notes it: before, what goes out under which key, and after, what came back. An order whose answer
 * never came (timeout, broken connection, 429, 5xx, the end of the run) is unknown: the checker asks again by its key.
 */
export function journaled(me: Session, key: string, body: unknown, send: () => Answer): Answer {
  note({ sent: key, email: me.email, body });
  const answer = send();
  const definite = answer.status >= 200 && answer.status < 500 && answer.status !== 429;
  if (definite)
    note({ answered: key, status: answer.status, ...(answer.status === 201 && { order: orderIn(answer) }) });
  return answer;
}

/** Notes whether a buyer who asks for an own order finds it: with the Consistency-Token of its 201, always. */
export function journalRead(orderId: string, answer: Answer): void {
  if (answer.status === 200 || answer.status === 404) note({ read: orderId, found: answer.status === 200 });
}

function orderIn(answer: Answer) {
  const { id, total, lines } = json<PlacedOrder>(answer);
  return {
    id,
    total: total.amount,
    lines: lines.map(({ sku, quantity, unitPrice }) => ({ sku, quantity, unitPrice: unitPrice.amount })),
  };
}

function note(line: object): void {
  if (keepsJournal) console.log(JSON.stringify(line));
}
