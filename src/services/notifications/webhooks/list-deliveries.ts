import { readNewest } from "../../../platform/consistency/read.ts";
import type { Scope } from "../../../platform/scope.ts";
import { type DeliveryRow, deliveriesPage } from "./queries.ts";
import { readEndpoint } from "./read-endpoint.ts";

/** An endpoint's deliveries, newest first, behind the id `before`. @throws Problem not-found */
export async function listDeliveries(
  scope: Scope,
  endpointId: string,
  { before, limit }: { readonly before: string | undefined; readonly limit: number },
): Promise<readonly DeliveryRow[]> {
  await readEndpoint(scope, endpointId);
  return await readNewest(scope, "notifications", (db) => deliveriesPage(db).execute({ endpointId, before, limit }));
}
