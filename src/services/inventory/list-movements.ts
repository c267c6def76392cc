import { readNewest } from "../../platform/consistency/read.ts";
import type { Scope } from "../../platform/scope.ts";
import { Problem } from "../../shared/errors.ts";
import { type MovementRow, movementsBefore, stockBySku } from "./queries.ts";

/**
 * Why a SKU's stock is what it is: its movements, newest first, behind the id `before`.
 * @throws Problem not-found
 */
export async function listMovements(
  scope: Scope,
  sku: string,
  { before, limit }: { readonly before: string; readonly limit: number },
): Promise<readonly MovementRow[]> {
  return await readNewest(scope, "inventory", async (db) => {
    const rows = await movementsBefore(db).execute({ sku, before, limit });
    if (rows.length === 0 && (await stockBySku(db).execute({ sku })).length === 0)
      throw new Problem("not-found", "There is no stock of this SKU.");
    return rows;
  });
}
