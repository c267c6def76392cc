import { auditEvent } from "../../../platform/audit.ts";
import { appendEvents } from "../../../platform/events/outbox.ts";
import { forWriting, type Scope } from "../../../platform/scope.ts";
import { Problem } from "../../../shared/errors.ts";
import { checkTarget } from "./check-target.ts";
import { presentEndpoint } from "./present-endpoint.ts";
import type { EndpointBody, EndpointWithSecret } from "./schemas.ts";
import { insertEndpoint } from "./store.ts";
import { webhookSecret } from "./webhook-secret.ts";

const endpointsMax = 50;

/** Adds an endpoint, with the secret that is never shown again. @throws Problem target-forbidden, limit-reached */
export async function addEndpoint(scope: Scope, body: EndpointBody): Promise<EndpointWithSecret> {
  await checkTarget(scope, body.url);
  const secretId = crypto.randomUUID();
  const { sql } = forWriting(scope, "notifications");
  const row = await sql.begin(async (tx) => {
    const inserted = await insertEndpoint(tx, { ...body, secretId }, endpointsMax);
    if (inserted === undefined) return undefined;
    const target = { type: "webhook-endpoint", id: inserted.id };
    await appendEvents(tx, scope, [auditEvent(scope, { action: "webhook-endpoint.added", target })]);
    return inserted;
  });
  if (row === undefined)
    throw new Problem("limit-reached", `There are ${endpointsMax} endpoints already; delete one that is not needed.`, {
      limit: endpointsMax,
    });
  const endpoint = presentEndpoint({ ...body, ...row, updatedAt: row.createdAt, oldSecretUntil: null });
  return { ...endpoint, secret: webhookSecret(scope.deps.config, secretId) };
}
