import type { OrderStatus } from "../../contracts/ports.ts";
import { type Handle, pgArray, type Transaction } from "../../platform/database.ts";

interface Closing {
  /** How long, unless the account is erased meanwhile. */
  readonly seconds: number;
  /** While an order is so, the account is not closed. */
  readonly open: readonly OrderStatus[];
  readonly traceparent: string;
}

/** Closes a user's account and cancels his pending orders; false, and nothing is done, where one is in `open`. */
export async function closeAccount(
  { sql }: Handle,
  userId: string,
  { seconds, open, traceparent }: Closing,
): Promise<boolean> {
  const [row] = await sql<{ closed: boolean }[]>`
    select orders.close_v1(${userId}, ${`${seconds} seconds`}::interval, ${pgArray(open)}::text[], ${traceparent}) as closed`;
  return row?.closed === true;
}

/** Erases what is of these users; what is still in `from` is cancelled, each with its event. */
export async function eraseAccounts(
  tx: Transaction,
  userIds: readonly string[],
  from: readonly OrderStatus[],
  traceparent: string,
): Promise<void> {
  await tx`select orders.erase_v1(${pgArray(userIds)}::uuid[], ${pgArray(from)}::text[], ${traceparent})`;
}
