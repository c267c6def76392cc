import { callAt } from "../support/client.ts";
import type { CrashShop } from "./crash-shop.ts";
import type { Storm } from "./storm.ts";

/** A fault to plant in a sound shop, and the promise that it must be found to break. */
export interface Planted {
  readonly breaks: string;
  readonly plant: (shop: CrashShop, storm: Storm) => Promise<unknown>;
}

/** Each works on another order than the one before, or on none. */
export const faults: readonly Planted[] = [
  {
    breaks: "each order answered 201 is there once, paid, with its total",
    plant: ({ sql }, storm) => sql`delete from orders.orders where id = ${orderId(storm, 0)}`,
  },
  {
    breaks: "each order answered 201 has its lines",
    plant: ({ sql }, storm) => sql`
      update orders.orders set lines = jsonb_set(lines, '{0,quantity}', '7') where id = ${orderId(storm, 1)}`,
  },
  {
    breaks: "each order is of one key, and no key has two",
    plant: ({ sql }, storm) => sql`
      update orders.orders set metadata = jsonb_build_object('key', ${keyOf(storm, 3)}::text) where id = ${orderId(storm, 2)}`,
  },
  {
    breaks: "each line of a paid order is sold once",
    plant: ({ sql }, storm) => sql`
      insert into inventory.movements (sku, delta, reason, order_id)
      select sku, delta, reason, order_id from inventory.movements where order_id = ${orderId(storm, 4)}`,
  },
  {
    breaks: "each capture is one entry of the ledger",
    plant: ({ sql }, storm) => sql`
      insert into payments.ledger (user_id, entry_id, account, amount, currency, payment_id)
      select user_id, uuidv7(), account, amount, currency, payment_id from payments.ledger
       where payment_id in (select id from checks.payments where order_id = ${orderId(storm, 5)})`,
  },
  {
    breaks: "everybody is told in the shop of each thing",
    plant: ({ sql }, storm) => sql`
      delete from notifications.notifications where kind = 'welcome' and user_id = ${storm.journal[0]?.userId ?? null}`,
  },
  {
    breaks: "each paid order has one receipt in the mailbox",
    plant: ({ config }, storm) => {
      const to = storm.buyers[0]?.email;
      const mail = { kind: "receipt", to, from: to, subject: "Again", text: "/orders/again", html: "" };
      return callAt(config.MAILBOX_URL ?? "", "POST", "/messages", { body: mail });
    },
  },
  {
    breaks: "the provider's captures are ours",
    plant: ({ config }) =>
      callAt(config.SANDBOX_URL ?? "", "POST", "/charges", {
        body: {
          paymentId: crypto.randomUUID(),
          amount: { amount: 100, currency: "USD" },
          paymentMethod: "pm_ok",
          webhookUrl: `${config.MAILBOX_URL}/nowhere`,
        },
      }),
  },
];

function orderId(storm: Storm, nth: number): string {
  return answered(storm, nth).order?.id ?? "";
}

function keyOf(storm: Storm, nth: number): string {
  return answered(storm, nth).key;
}

function answered({ journal }: Storm, nth: number) {
  const entry = journal.filter(({ order }) => order !== undefined)[nth];
  if (entry === undefined) throw new Error("The storm left too few orders.");
  return entry;
}
