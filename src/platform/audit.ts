import { event, type NewEvent } from "../contracts/events.ts";
import type { Actor, Scope } from "./scope.ts";

interface Act {
  /** `<thing>.<what was done>`, such as `product.withdrawn`. */
  readonly action: string;
  readonly target: { readonly type: string; readonly id: string };
  /** What it was about, in few words: never a secret, a password or what names a customer. */
  readonly detail?: NewEvent<"audit.recorded">["data"]["detail"];
  /** Of a request that brought no token, such as a log-in: whoever it turned out to be. */
  readonly actor?: Actor;
}

/**
 * The record of what the sender of this request does. Append it by `appendEvents` in the transaction that does it: then
 * the audit log holds it exactly where it was done. For writes of administrators and operators, their log-ins, and changes
 * of roles, keys, secrets and passwords; what customers do with their orders is not recorded.
 */
export function auditEvent(scope: Scope, { action, target, detail = {}, actor = scope.actor }: Act) {
  if (actor === undefined) throw new Error(`Nobody is known to have done ${action}.`);
  const { requestId } = scope;
  const address = scope.address?.() ?? "";
  return event("audit.recorded", crypto.randomUUID(), 1, { actor, action, target, requestId, address, detail });
}
