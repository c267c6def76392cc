import type { Statement } from "../../platform/coalesce.ts";
import { repeatable } from "../../platform/repeat.ts";
import { begin, type NewPayment } from "./store.ts";

/**
 * Beginning payments, coalesced: when each was created, undefined where it is there already or another payment has its
 * order. Of copies in one statement the first is new.
 */
export const beginnings: Statement<NewPayment, string | undefined> = {
  run: async (deps, payments) => {
    const distinct = new Map(payments.toReversed().map((payment) => [payment.id, payment]));
    const rows = await repeatable(() => begin(deps.databases.of("payments").primary(), [...distinct.values()]));
    const created = new Map(rows.map((row) => [row.id, row.createdAt]));
    return payments.map((payment) => (distinct.get(payment.id) === payment ? created.get(payment.id) : undefined));
  },
  itemsMax: 200,
  weigh: () => 1,
  weightMax: 200,
  waitingMax: 2000,
};
