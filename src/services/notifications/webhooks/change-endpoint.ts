import { auditEvent } from "../../../platform/audit.ts";
import { appendEvents } from "../../../platform/events/outbox.ts";
import { forWriting, type Scope } from "../../../platform/scope.ts";
import { checkTarget } from "./check-target.ts";
import { readEndpoint, unknownEndpoint } from "./read-endpoint.ts";
import type { Endpoint, EndpointPatch } from "./schemas.ts";
import { updateEndpoint } from "./store.ts";

/** Changes what the patch names. @throws Problem not-found, target-forbidden */
export async function changeEndpoint(scope: Scope, id: string, patch: EndpointPatch): Promise<Endpoint> {
  if (patch.url !== undefined) {
    await readEndpoint(scope, id);
    await checkTarget(scope, patch.url);
  }
  await forWriting(scope, "notifications").sql.begin(async (tx) => {
    if (!(await updateEndpoint(tx, id, patch))) throw unknownEndpoint();
    const target = { type: "webhook-endpoint", id };
    await appendEvents(tx, scope, [auditEvent(scope, { action: "webhook-endpoint.changed", target })]);
  });
  return await readEndpoint(scope, id);
}
