import { auditEvent } from "../../../platform/audit.ts";
import { appendEvents } from "../../../platform/events/outbox.ts";
import { forWriting, type Scope } from "../../../platform/scope.ts";
import { Problem } from "../../../shared/errors.ts";
import { makeDue } from "./store.ts";

/** Has a delivery attempted now, also one that succeeded or was given up. @throws Problem not-found */
export async function redeliver(scope: Scope, endpointId: string, id: string): Promise<void> {
  await forWriting(scope, "notifications").sql.begin(async (tx) => {
    if (!(await makeDue(tx, endpointId, id)))
      throw new Problem("not-found", "There is no such delivery of this endpoint.");
    const target = { type: "webhook-delivery", id };
    await appendEvents(tx, scope, [auditEvent(scope, { action: "webhook-delivery.requested", target })]);
  });
}
