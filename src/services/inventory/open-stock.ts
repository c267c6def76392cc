import { repeatable } from "../../platform/repeat.ts";
import { forWriting, type Scope } from "../../platform/scope.ts";
import { openStock as open } from "./store.ts";

/** Counts the stock of new SKUs; one that has been counted keeps what it has. */
export async function openStock(
  scope: Scope,
  counted: readonly { readonly sku: string; readonly onHand: number }[],
): Promise<void> {
  const db = forWriting(scope, "inventory");
  await repeatable(() => open(db, counted));
}
