import { services } from "../contracts/services.ts";
import { auditEvent } from "../platform/audit.ts";
import type { Scope } from "../platform/scope.ts";
import { Problem } from "../shared/errors.ts";

/** Delivers a dead event to its consumer once more, wherever that is, and records who asked. @throws Problem not-found */
export async function replayDeadEvent(scope: Scope, id: string): Promise<"done" | "failed"> {
  for (const service of services) {
    const outcome = await scope.deps.ports.events.replayDead(scope, service, id);
    if (outcome === "unknown") continue;
    const act = { action: "dead-event.replayed", target: { type: "dead-event", id }, detail: { outcome } };
    await scope.deps.ports.identity.record(scope, auditEvent(scope, act));
    return outcome;
  }
  throw new Problem("not-found", "There is no such dead event.");
}
