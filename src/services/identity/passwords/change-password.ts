import { auditEvent } from "../../../platform/audit.ts";
import { appendEvents } from "../../../platform/events/outbox.ts";
import { type Caller, forWriting, type Scope } from "../../../platform/scope.ts";
import { announceEnded } from "../../../platform/sessions.ts";
import { Problem } from "../../../shared/errors.ts";
import { accountGone } from "../account-gone.ts";
import { passwordById } from "../queries.ts";
import type { PasswordChange } from "../schemas.ts";
import { endSessions } from "../store.ts";
import { checkPassword, refuseWeak } from "./check-password.ts";
import { inPasswordSlot } from "./password-slots.ts";
import { hashPassword } from "./passwords.ts";
import { forgetResets, replacePassword } from "./store.ts";

/**
 * Replaces the caller's password and ends every other session of his; links to reset the old one open nothing any more.
 * @throws Problem wrong-credentials, too-many-attempts, weak-password, overloaded
 */
export async function changePassword(
  scope: Scope,
  { userId, sessionId }: Caller,
  { currentPassword, newPassword }: PasswordChange,
  address: string,
): Promise<void> {
  const { deps } = scope;
  const db = forWriting(scope, "identity");
  const [user] = await passwordById(db).execute({ id: userId });
  if (!user) throw accountGone();
  const { email, passwordHash: oldHash } = user;
  refuseWeak(newPassword, email);
  const newHash = await inPasswordSlot(deps, async () => {
    await checkPassword(deps, { email, address, passwordHash: oldHash }, currentPassword);
    return await hashPassword(newPassword, deps.config.SCRYPT_LN);
  });
  const ended = await db.sql.begin(async (tx) => {
    if (!(await replacePassword(tx, { userId, oldHash, newHash })))
      throw new Problem("wrong-credentials", "The password has changed meanwhile.");
    await forgetResets(tx, userId);
    await appendEvents(tx, scope, [
      auditEvent(scope, { action: "password.changed", target: { type: "user", id: userId } }),
    ]);
    return await endSessions(tx, userId, sessionId);
  });
  await announceEnded(scope, ended);
}
