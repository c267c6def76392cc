import { forWriting, type Scope } from "../../../platform/scope.ts";
import { Problem } from "../../../shared/errors.ts";
import { makeDue } from "./store.ts";

/** Has a delivery attempted now, also one that succeeded or was given up. @throws Problem not-found */
export async function redeliver(scope: Scope, endpointId: string, id: string): Promise<void> {
  if (await makeDue(forWriting(scope, "notifications"), endpointId, id)) return;
  throw new Problem("not-found", "There is no such delivery of this endpoint.");
}
