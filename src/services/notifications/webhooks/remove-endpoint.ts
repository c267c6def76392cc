import { forWriting, type Scope } from "../../../platform/scope.ts";
import { unknownEndpoint } from "./read-endpoint.ts";
import { deleteEndpoint } from "./store.ts";

/** Its deliveries are found no more, and go with their weeks. @throws Problem not-found */
export async function removeEndpoint(scope: Scope, id: string): Promise<void> {
  const removed = await deleteEndpoint(forWriting(scope, "notifications")).execute({ id });
  if (removed.length === 0) throw unknownEndpoint();
}
