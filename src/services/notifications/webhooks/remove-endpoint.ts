import { auditEvent } from "../../../platform/audit.ts";
import { appendEvents } from "../../../platform/events/outbox.ts";
import { forWriting, type Scope } from "../../../platform/scope.ts";
import { unknownEndpoint } from "./read-endpoint.ts";
import { deleteEndpoint } from "./store.ts";

/** Its deliveries are found no more, and go with their weeks. @throws Problem not-found */
export async function removeEndpoint(scope: Scope, id: string): Promise<void> {
  await forWriting(scope, "notifications").sql.begin(async (tx) => {
    if (!(await deleteEndpoint(tx, id))) throw unknownEndpoint();
    const target = { type: "webhook-endpoint", id };
    await appendEvents(tx, scope, [auditEvent(scope, { action: "webhook-endpoint.removed", target })]);
  });
}
