import type { Database } from "bun:sqlite";
import { addWebhook } from "./webhooks.ts";

export type Money = { amount: number; currency: string };
type ChargeRequest = { paymentId: string; amount: Money; paymentMethod: string; webhookUrl: string };
export type Status = "captured" | "failed" | "processing";
export type Charge = {
  paymentId: string;
  reference: string;
  amount: number;
  currency: string;
  method: string;
  webhookUrl: string;
  status: Status;
  failureCode: string | null;
  attempts: number;
};

/** What each test method leads to at once. */
const outcomes: Record<string, Status> = {
  pm_ok: "captured",
  pm_declined: "failed",
  pm_slow: "processing",
  pm_flaky: "captured",
};
const slowMs = 2_000;

export function isMethod(name: string): boolean {
  return Object.hasOwn(outcomes, name);
}

/** Charges once for a paymentId: asked again, it counts the attempt and answers the charge as it stands. */
export function charge(database: Database, request: ChargeRequest): Charge {
  return database
    .transaction(() => {
      const seen = database
        .query<Charge, [string]>("update charges set attempts = attempts + 1 where paymentId = ? returning *")
        .get(request.paymentId);
      if (seen) return seen;
      const status = outcomes[request.paymentMethod] ?? "failed";
      const made: Charge = {
        ...request.amount,
        paymentId: request.paymentId,
        reference: `ch_${Bun.randomUUIDv7().replaceAll("-", "")}`,
        method: request.paymentMethod,
        webhookUrl: request.webhookUrl,
        status,
        failureCode: status === "failed" ? "declined" : null,
        attempts: 1,
      };
      database
        .query(`insert into charges (paymentId, reference, amount, currency, method, webhookUrl, status, failureCode, attempts, settleAt)
          values ($paymentId, $reference, $amount, $currency, $method, $webhookUrl, $status, $failureCode, $attempts, $settleAt)`)
        .run({ ...made, settleAt: status === "processing" ? Date.now() + slowMs : null });
      if (status !== "processing") announce(database, made);
      return made;
    })
    .immediate();
}

/** Captures the slow charges whose time has come; answers when the next is due, in ms since 1970. */
export function settleDue(database: Database): number | null {
  return database
    .transaction(() => {
      const settled = database
        .query<Charge, [number]>(
          "update charges set status = 'captured', settleAt = null where settleAt <= ? returning *",
        )
        .all(Date.now());
      for (const one of settled) announce(database, one);
      return database.query<{ at: number | null }, []>("select min(settleAt) at from charges").get()?.at ?? null;
    })
    .immediate();
}

type Listed = Charge & { refunded: number };

/** The newest charges, or those of one payment, each with what of it went back. */
export function listCharges(database: Database, paymentId: string | undefined): Listed[] {
  const columns = `*, (select coalesce(sum(r.amount), 0) from refunds r
                        where r.paymentId = charges.paymentId and r.status = 'succeeded') refunded`;
  return paymentId === undefined
    ? database.query<Listed, []>(`select ${columns} from charges order by rowid desc limit 10000`).all()
    : database.query<Listed, [string]>(`select ${columns} from charges where paymentId = ?`).all(paymentId);
}

function announce(database: Database, { webhookUrl, ...made }: Charge): void {
  addWebhook(database, webhookUrl, `payment.${made.status}`, {
    paymentId: made.paymentId,
    reference: made.reference,
    amount: { amount: made.amount, currency: made.currency },
    ...(made.failureCode ? { failureCode: made.failureCode } : {}),
  });
}
