import { type Handle, pgArray, type Transaction } from "../database.ts";

/**
 * Begins the erasure of users in a service's database: nothing is written of them there any more by whoever asks
 * `events.unerased_v1`, and the events kept there name them no more. What else there is of them is deleted behind this.
 */
export async function eraseInEvents(tx: Transaction, userIds: readonly string[]): Promise<void> {
  await tx`select events.forget_v1(${pgArray(userIds)}::uuid[])`;
}

/** Whether the user is erased, as far as this database has heard: nobody is to be written to. */
export async function isErased({ sql }: Handle, userId: string): Promise<boolean> {
  const rows = await sql`select user_id from events.erased where user_id = ${userId}`;
  return rows.length > 0;
}
