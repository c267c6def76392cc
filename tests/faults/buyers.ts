import { callAt } from "../support/client.ts";
import type { CrashShop } from "./crash-shop.ts";

/** What a buyer noted of one Idempotency-Key: outside of the shop, so that a crash cannot take it back. */
export interface JournalEntry {
  readonly key: string;
  readonly userId: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
  /** Tries until a definite answer, or until the buyer gave up. */
  tries: number;
  /** The definite answer of placing; without one the buyer gave up, and nobody knows. */
  status?: number;
  order?: AnsweredOrder;
  /** The order's payment, as it was answered first. */
  payment?: { readonly id: string; readonly status: string };
}

export interface AnsweredOrder {
  readonly id: string;
  readonly total: number;
  readonly lines: readonly { readonly sku: string; readonly quantity: number; readonly unitPrice: number }[];
}

export interface Buyer {
  readonly userId: string;
  readonly email: string;
  readonly token: string;
}

const password = "a buyer who never tires";
const definiteWithinMs = 45_000;

export async function registerBuyers(shop: CrashShop, count: number): Promise<Buyer[]> {
  const buyers: Buyer[] = [];
  for (let nth = 0; nth < count; nth++) {
    const email = `crash-${crypto.randomUUID()}@example.com`;
    const { url } = shop.server;
    const registered = await callAt(url, "POST", "/v1/users", { body: { email, password, name: "Crash Buyer" } });
    const session = await callAt(url, "POST", "/v1/sessions", { body: { email, password } });
    if (session.status !== 201) throw new Error(`not logged in: ${JSON.stringify(session.body)}`);
    buyers.push({ userId: registered.body.id, email, token: session.body.accessToken });
  }
  return buyers;
}

/** Places the entry's order and pays it. A buyer who is not patient gives up where the connection breaks. */
export async function buy(shop: CrashShop, buyer: Buyer, entry: JournalEntry, patient: boolean): Promise<void> {
  const placed = await place(shop, buyer, entry, patient);
  if (placed === undefined) return;
  entry.status = placed.status;
  if (placed.status !== 201) return;
  entry.order = orderIn(placed.body);
  const path = `/v1/orders/${entry.order.id}/payments`;
  const body = { paymentMethod: "pm_ok" };
  const paid = await untilDefinite(entry, true, () =>
    callAt(shop.server.url, "POST", path, { token: buyer.token, key: `${entry.key}-pay`, body }),
  );
  if (paid?.status !== 201) throw new Error(`not paid: ${paid?.status} ${JSON.stringify(paid?.body)}`);
  entry.payment = { id: paid.body.id, status: paid.body.status };
}

/** Sends the entry's order, under its key, until the answer is definite. */
export function place(shop: CrashShop, buyer: Buyer, entry: JournalEntry, patient: boolean) {
  const body = { lines: entry.lines, metadata: { key: entry.key } };
  return untilDefinite(entry, patient, () =>
    callAt(shop.server.url, "POST", "/v1/orders", { token: buyer.token, key: entry.key, body }),
  );
}

export function orderIn(body: Awaited<ReturnType<typeof callAt>>["body"]): AnsweredOrder {
  const lines: { sku: string; quantity: number; unitPrice: { amount: number } }[] = body.lines;
  return {
    id: body.id,
    total: body.total.amount,
    lines: lines.map(({ sku, quantity, unitPrice }) => ({ sku, quantity, unitPrice: unitPrice.amount })),
  };
}

/** A connection that broke, a timeout, 429 and 5xx say nothing: the same request goes again. */
async function untilDefinite(entry: JournalEntry, patient: boolean, send: () => ReturnType<typeof callAt>) {
  const end = Date.now() + definiteWithinMs;
  for (let last: unknown; ; await Bun.sleep(25 + Math.random() * 50)) {
    entry.tries++;
    try {
      const answer = await send();
      if (answer.status < 500 && answer.status !== 429) return answer;
      last = answer.body;
    } catch (error) {
      if (!patient) return undefined;
      last = error;
    }
    if (Date.now() > end) throw new Error(`no definite answer within ${definiteWithinMs} ms`, { cause: last });
  }
}
