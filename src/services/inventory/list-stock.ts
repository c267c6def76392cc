import { readNewest } from "../../platform/consistency/read.ts";
import type { Scope } from "../../platform/scope.ts";
import { lowStockPage, stockPage } from "./queries.ts";

/** Stock by SKU behind the SKU `after`, of all of it or of that with fewer than `below` units available. */
export async function listStock(
  scope: Scope,
  below: number | undefined,
  { after, limit }: { readonly after: string; readonly limit: number },
) {
  return await readNewest(scope, "inventory", (db) =>
    below === undefined ? stockPage(db).execute({ after, limit }) : lowStockPage(db).execute({ after, limit, below }),
  );
}
