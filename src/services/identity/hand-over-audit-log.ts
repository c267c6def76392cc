import type { HandedOver } from "../../contracts/ports.ts";
import type { Scope } from "../../platform/scope.ts";

/** What the audit log has of the user's own doings. There is no audit log yet. */
export async function handOverAuditLog(_scope: Scope, _userId: string, _after: string | null): Promise<HandedOver> {
  return { items: [], next: null };
}
