import { auditEvent } from "../../../platform/audit.ts";
import { appendEvents } from "../../../platform/events/outbox.ts";
import { type Caller, forWriting, type Scope } from "../../../platform/scope.ts";
import { announceEnded } from "../../../platform/sessions.ts";
import { Problem } from "../../../shared/errors.ts";
import { endSessions } from "../store.ts";
import { readAnyUser } from "./read-any-user.ts";
import type { AnyUser, StandingPatch } from "./schemas.ts";
import { lockUsers, type Standing, setStanding } from "./store.ts";

/**
 * Gives another user another role, disables him or lets him in again; a change ends his sessions, on every instance
 * within a second. The last admin stays: whoever changes another is locked with him and must still be an admin then, and
 * nobody changes himself.
 * @throws Problem forbidden, not-found
 */
export async function changeStanding(
  scope: Scope,
  { userId: adminId }: Caller,
  id: string,
  patch: StandingPatch,
): Promise<AnyUser> {
  if (id === adminId)
    throw new Problem("forbidden", "Nobody changes his own role or disables himself: ask another admin.");
  const ended = await forWriting(scope, "identity").sql.begin(async (tx) => {
    const users = await lockUsers(tx, [adminId, id]);
    const admin = users.get(adminId);
    if (admin?.role !== "admin" || admin.disabled) throw new Problem("forbidden", "You are an admin no more.");
    const before = users.get(id);
    if (!before) throw new Problem("not-found", "There is no such user.");
    const after = { id, role: patch.role ?? before.role, disabled: patch.disabled ?? before.disabled };
    const records = recordsOf(scope, before, after);
    if (records.length === 0) return [];
    await setStanding(tx, after);
    await appendEvents(tx, scope, records);
    return await endSessions(tx, id, null);
  });
  await announceEnded(scope, ended);
  return await readAnyUser(scope, id);
}

function recordsOf(scope: Scope, before: Standing, after: Standing) {
  const target = { type: "user", id: after.id };
  const detail = { from: before.role, to: after.role };
  return [
    ...(before.role === after.role ? [] : [auditEvent(scope, { action: "user.role-changed", target, detail })]),
    ...(before.disabled === after.disabled
      ? []
      : [auditEvent(scope, { action: after.disabled ? "user.disabled" : "user.enabled", target })]),
  ];
}
