import { forWriting, type Scope } from "../../../platform/scope.ts";
import { presentEndpoint } from "./present-endpoint.ts";
import { unknownEndpoint } from "./read-endpoint.ts";
import type { EndpointWithSecret } from "./schemas.ts";
import { putSecret } from "./store.ts";
import { webhookSecret } from "./webhook-secret.ts";

/**
 * Gives an endpoint a new secret, which is never shown again. Each old one signs along for 24 hours, so that a request that
 * was sent twice takes none from its receiver. @throws Problem not-found
 */
export async function replaceSecret(scope: Scope, id: string): Promise<EndpointWithSecret> {
  const secretId = crypto.randomUUID();
  const [row] = await putSecret(forWriting(scope, "notifications")).execute({ id, secretId });
  if (row === undefined) throw unknownEndpoint();
  return { ...presentEndpoint(row), secret: webhookSecret(scope.deps.config, secretId) };
}
