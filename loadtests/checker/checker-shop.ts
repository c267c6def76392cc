import { appendFileSync } from "node:fs";
import { startProgram } from "../../local/program.ts";
import { invariants } from "../../tests/support/invariants.ts";
import { openShop } from "../lab/shop.ts";
import { type OrderBody, orderIn } from "./answered-order.ts";
import { type Buyer, logInBuyers } from "./buyers.ts";
import { type Journal, openJournal } from "./journal.ts";
import type { Settings } from "./settings.ts";

/** A shop with a server of its own, and a client who keeps a journal as k6 does; for the checker's own test. */
export interface CheckerShop {
  readonly env: Settings;
  readonly sql: Awaited<ReturnType<typeof openShop>>["sql"];
  readonly admin: Awaited<ReturnType<typeof openShop>>["admin"];
  readonly journal: Journal;
  readonly note: (line: object) => void;
  /** Places an order as the nth buyer, pays it where asked, and waits for the effects. Answers its id. */
  readonly buy: (nth: number, noted: "answered" | "unknown", paid: boolean) => Promise<string>;
  readonly close: () => Promise<void>;
}

const readyWithinMs = 30_000;
const heardWithinMs = 20_000;

export async function openCheckerShop(): Promise<CheckerShop> {
  const shop = await openShop(() => undefined);
  const server = startProgram("server", ["--no-orphans", "src/bun.ts"], { ...shop.env }, shop.home);
  const close = async () => {
    await server.stop(10_000);
    await shop.close();
  };
  try {
    await untilReady(shop.url);
    const [{ sku = "" } = {}] = await shop.sql<{ sku: string }[]>`
      select sku from checks.stock where on_hand - reserved > 20 order by sku limit 1`;
    const emails = [1, 2].map((nth) => `buyer${nth}@headroom.local`);
    const buyers = await logInBuyers(shop.url, emails);
    const journal = await openJournal(shop.env, shop.home);
    const note = (line: object) => appendFileSync(journal.file, `${JSON.stringify(line)}\n`);
    const buy = async (nth: number, noted: "answered" | "unknown", paid: boolean) => {
      const email = emails[nth] ?? "";
      const buyer = buyers.get(email) as Buyer;
      const sent = { sent: crypto.randomUUID(), email, body: { lines: [{ sku, quantity: 2 }] } };
      note(sent);
      const order = orderIn(await post(shop.url, "/v1/orders", buyer, sent.sent, sent.body));
      const { id } = order;
      if (noted === "answered") note({ answered: sent.sent, status: 201, order });
      if (paid)
        await post(shop.url, `/v1/orders/${id}/payments`, buyer, crypto.randomUUID(), { paymentMethod: "pm_ok" });
      if (paid) await untilHeard(shop.sql);
      return id;
    };
    return { env: shop.env, sql: shop.sql, admin: shop.admin, journal, note, buy, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function post(url: string, path: string, { token }: Buyer, key: string, body: object): Promise<OrderBody> {
  const answer = await fetch(url + path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}`, "Idempotency-Key": key },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as OrderBody;
}

async function untilReady(url: string): Promise<void> {
  for (const start = Date.now(); Date.now() - start < readyWithinMs; await Bun.sleep(50)) {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
    if (answer?.ok) return;
  }
  throw new Error(`${url} was not ready after ${readyWithinMs / 1000} s.`);
}

async function untilHeard(sql: CheckerShop["sql"]): Promise<void> {
  for (const start = Date.now(); Date.now() - start < heardWithinMs; await Bun.sleep(100)) {
    const found = await invariants(sql);
    if (found.every(({ name, violations }) => violations === 0 || !name.startsWith("every consumer"))) return;
  }
  throw new Error("The order's events were not handled.");
}
