import { forWriting, type Scope } from "../../../platform/scope.ts";
import { checkTarget } from "./check-target.ts";
import { presentEndpoint } from "./present-endpoint.ts";
import { readEndpoint, unknownEndpoint } from "./read-endpoint.ts";
import type { Endpoint, EndpointPatch } from "./schemas.ts";
import { updateEndpoint } from "./store.ts";

/** Changes what the patch names. @throws Problem not-found, target-forbidden */
export async function changeEndpoint(scope: Scope, id: string, patch: EndpointPatch): Promise<Endpoint> {
  if (patch.url !== undefined) {
    await readEndpoint(scope, id);
    await checkTarget(scope, patch.url);
  }
  const [row] = await updateEndpoint(forWriting(scope, "notifications")).execute({
    id,
    url: patch.url ?? null,
    events: patch.events === undefined ? null : JSON.stringify(patch.events),
    enabled: patch.enabled ?? null,
  });
  if (row === undefined) throw unknownEndpoint();
  return presentEndpoint(row);
}
