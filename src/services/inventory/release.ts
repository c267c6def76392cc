import { repeatable } from "../../platform/repeat.ts";
import { forWriting, type Scope } from "../../platform/scope.ts";
import { forgetReservations } from "./store.ts";

/** Gives back what is held for an order that was refused for good, without which the sweep does it minutes later. */
export async function release(scope: Scope, orderId: string): Promise<void> {
  const db = forWriting(scope, "inventory");
  await repeatable(() => forgetReservations(db, [orderId]));
}
