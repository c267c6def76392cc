import { pgArray, type Transaction } from "../../../platform/database.ts";
import type { AnyUser } from "./schemas.ts";

export type Standing = Pick<AnyUser, "id" | "role" | "disabled">;

/** Those that there are, by id; they stay as they are until the transaction ends. */
export async function lockUsers(tx: Transaction, ids: readonly string[]): Promise<ReadonlyMap<string, Standing>> {
  const rows = await tx<Standing[]>`
    select id, role, disabled from identity.users where id = any(${pgArray(ids)}::uuid[]) order by id for no key update`;
  return new Map(rows.map((row) => [row.id, row]));
}

/** The user must be locked. */
export async function setStanding(tx: Transaction, { id, role, disabled }: Standing): Promise<void> {
  await tx`update identity.users set role = ${role}, disabled = ${disabled}, updated_at = now() where id = ${id}`;
}
