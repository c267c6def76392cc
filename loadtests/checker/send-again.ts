import { type AnsweredOrder, type OrderBody, orderIn } from "./answered-order.ts";
import { type Buyer, logInBuyers } from "./buyers.ts";
import { inParallel } from "./in-parallel.ts";
import type { Placing } from "./journal.ts";
import { type Check, kept } from "./kept.ts";

/** An order of the journal as its buyer knows it: by the first answer or, where that never came, by asking again. */
export interface KnownOrder extends AnsweredOrder {
  readonly userId: string;
  readonly email: string;
}

const atOnce = 16;
const timeoutMs = 10_000;
const triesMax = 20;
const pauseMs = 250;

/** The orders that were answered 201 during the run. */
export function answeredOrders(placings: readonly Placing[], buyers: ReadonlyMap<string, Buyer>): KnownOrder[] {
  return placings.flatMap(({ email, order }) =>
    order ? [{ ...order, email, userId: buyers.get(email)?.id ?? "" }] : [],
  );
}

/**
 * Sends every key of the journal again but those that were refused for good: an answered order must come back as it was,
 * and of an unknown one the answer says what became of it (it may be placed only now).
 */
export async function sendAgain(
  url: string,
  placings: readonly Placing[],
  buyers: Map<string, Buyer>,
): Promise<{ found: KnownOrder[]; checks: Check[] }> {
  const open = placings.filter(({ status }) => status === undefined || status === 201);
  const again = await inParallel(open, atOnce, async (placing) => {
    const { email } = placing;
    let answer = await untilDefinite(url, buyers.get(email)?.token ?? "", placing);
    if (answer?.status === 401) {
      for (const [whose, anew] of await logInBuyers(url, [email])) buyers.set(whose, anew);
      answer = await untilDefinite(url, buyers.get(email)?.token ?? "", placing);
    }
    return { placing, answer };
  });
  const found = again.flatMap(({ placing, answer }) => {
    if (placing.order !== undefined || answer?.order === undefined) return [];
    return [{ ...answer.order, email: placing.email, userId: buyers.get(placing.email)?.id ?? "" }];
  });
  const other = again.filter(({ placing, answer }) => placing.order && !Bun.deepEquals(placing.order, answer?.order));
  return {
    found,
    checks: [
      kept("every key sent again is the same order", other.length),
      kept("every unknown answer came to be known", again.filter(({ answer }) => answer === undefined).length),
    ],
  };
}

interface Definite {
  readonly status: number;
  readonly order?: AnsweredOrder;
}

async function untilDefinite(url: string, token: string, { key, body }: Placing): Promise<Definite | undefined> {
  for (let tries = 0; tries < triesMax; tries++) {
    if (tries > 0) await Bun.sleep(pauseMs);
    try {
      const answer = await fetch(`${url}/v1/orders`, {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}`, "Idempotency-Key": key },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const { status } = answer;
      if (status === 201) return { status, order: orderIn((await answer.json()) as OrderBody) };
      await answer.arrayBuffer();
      if (status < 500 && status !== 429) return { status };
    } catch {
      // nothing came back, which says nothing
    }
  }
  return undefined;
}
