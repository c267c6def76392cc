import { auditEvent } from "../../../platform/audit.ts";
import { appendEvents } from "../../../platform/events/outbox.ts";
import { forWriting, type Scope } from "../../../platform/scope.ts";
import { Problem } from "../../../shared/errors.ts";
import { removeCoupon as remove } from "./store.ts";

/** Removes a coupon; orders that used it keep what it took off. @throws Problem not-found */
export async function removeCoupon(scope: Scope, code: string): Promise<void> {
  await forWriting(scope, "orders").sql.begin(async (tx) => {
    if (!(await remove(tx, code))) throw new Problem("not-found", "There is no such coupon.");
    await appendEvents(tx, scope, [
      auditEvent(scope, { action: "coupon.removed", target: { type: "coupon", id: code } }),
    ]);
  });
}
