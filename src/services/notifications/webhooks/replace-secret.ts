import { auditEvent } from "../../../platform/audit.ts";
import { appendEvents } from "../../../platform/events/outbox.ts";
import { forWriting, type Scope } from "../../../platform/scope.ts";
import { readEndpoint, unknownEndpoint } from "./read-endpoint.ts";
import type { EndpointWithSecret } from "./schemas.ts";
import { putSecret } from "./store.ts";
import { webhookSecret } from "./webhook-secret.ts";

/**
 * Gives an endpoint a new secret, which is never shown again. Each old one signs along for 24 hours, so that a request that
 * was sent twice takes none from its receiver. @throws Problem not-found
 */
export async function replaceSecret(scope: Scope, id: string): Promise<EndpointWithSecret> {
  const secretId = crypto.randomUUID();
  await forWriting(scope, "notifications").sql.begin(async (tx) => {
    if (!(await putSecret(tx, id, secretId))) throw unknownEndpoint();
    const target = { type: "webhook-endpoint", id };
    await appendEvents(tx, scope, [auditEvent(scope, { action: "webhook-endpoint.secret-replaced", target })]);
  });
  return { ...(await readEndpoint(scope, id)), secret: webhookSecret(scope.deps.config, secretId) };
}
