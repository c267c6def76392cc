import type { Statement } from "../../platform/coalesce.ts";
import { type Handle, pgArray } from "../../platform/database.ts";
import { onPrimary, type Scope } from "../../platform/scope.ts";
import { type ProductRow, productById, productsByIds } from "./queries.ts";

/**
 * A product by its id on the server that was chosen for the read. On the primary concurrent look-ups become one
 * statement; on a replica each goes by itself, right behind the check of the replica's position.
 */
export async function lookUpProduct(scope: Scope, db: Handle, id: string): Promise<ProductRow | undefined> {
  if (db === onPrimary(scope, "catalog")) return await scope.deps.coalesce(lookUps, id, scope.signal?.());
  const [row] = await productById(db).execute({ id });
  return row;
}

const lookUps: Statement<string, ProductRow | undefined> = {
  run: async (deps, ids) => {
    const db = deps.databases.of("catalog").primary();
    const rows = await productsByIds(db).execute({ ids: pgArray([...new Set(ids)]) });
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id));
  },
  itemsMax: 100,
  weigh: () => 1,
  weightMax: 100,
  waitingMax: 2000,
};
