import { logInBuyers } from "./buyers.ts";
import { inParallel } from "./in-parallel.ts";
import type { AnsweredOrder, Placing } from "./journal.ts";
import { type Check, kept } from "./kept.ts";

/** An order of the journal as its buyer knows it: by the first answer or, where that never came, by asking again. */
export interface KnownOrder extends AnsweredOrder {
  readonly userId: string;
  readonly email: string;
}

export interface SentAgain {
  readonly orders: readonly KnownOrder[];
  /** The ids of all buyers of the journal. */
  readonly userIds: readonly string[];
  readonly checks: readonly Check[];
}

const atOnce = 16;
const timeoutMs = 10_000;
const triesMax = 20;
const pauseMs = 250;

/**
 * Sends every key of the journal again but those that were refused for good: an answered order must come back as it was,
 * and of an unknown one the answer says what became of it (it may be placed only now).
 */
export async function sendAgain(url: string, placings: readonly Placing[]): Promise<SentAgain> {
  const buyers = await logInBuyers(url, [...new Set(placings.map(({ email }) => email))]);
  const open = placings.filter(({ status }) => status === undefined || status === 201);
  const tokenOf = async (email: string, anew: boolean) => {
    const buyer = anew ? (await logInBuyers(url, [email])).get(email) : buyers.get(email);
    if (buyer === undefined) throw new Error(`${email} is not logged in`);
    buyers.set(email, buyer);
    return buyer;
  };
  const again = await inParallel(open, atOnce, async (placing) => {
    const { id: userId, token } = await tokenOf(placing.email, false);
    let answer = await untilDefinite(url, token, placing);
    if (answer?.status === 401) answer = await untilDefinite(url, (await tokenOf(placing.email, true)).token, placing);
    const order = placing.order ?? answer?.order;
    return { placing, answer, known: order && { ...order, userId, email: placing.email } };
  });
  const other = again.filter(({ placing, answer }) => placing.order && !Bun.deepEquals(placing.order, answer?.order));
  return {
    orders: again.flatMap(({ known }) => known ?? []),
    userIds: Array.from(buyers.values(), ({ id }) => id),
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
      if (status === 201) return { status, order: orderIn((await answer.json()) as Shown) };
      await answer.arrayBuffer();
      if (status < 500 && status !== 429) return { status };
    } catch {
      // nothing came back, which says nothing
    }
  }
  return undefined;
}

interface Shown {
  readonly id: string;
  readonly total: { readonly amount: number };
  readonly lines: readonly {
    readonly sku: string;
    readonly quantity: number;
    readonly unitPrice: { amount: number };
  }[];
}

function orderIn({ id, total, lines }: Shown): AnsweredOrder {
  return {
    id,
    total: total.amount,
    lines: lines.map(({ sku, quantity, unitPrice }) => ({ sku, quantity, unitPrice: unitPrice.amount })),
  };
}
