import { auditEvent } from "../../../platform/audit.ts";
import { appendEvents } from "../../../platform/events/outbox.ts";
import { forWriting, type Scope } from "../../../platform/scope.ts";
import { announceEnded } from "../../../platform/sessions.ts";
import { hashOfMailed, invalidToken } from "../mailed-tokens.ts";
import { emailOfReset } from "../queries.ts";
import type { PasswordReset } from "../schemas.ts";
import { endSessions } from "../store.ts";
import { refuseWeak } from "./check-password.ts";
import { inPasswordSlot } from "./password-slots.ts";
import { hashPassword } from "./passwords.ts";
import { forgetResets, spendReset } from "./store.ts";

/**
 * Sets a new password by the token of a mail, which also proves the e-mail, and ends all sessions. The token is spent by
 * success alone. @throws Problem token-invalid, weak-password, overloaded
 */
export async function resetPassword(scope: Scope, { token, password }: PasswordReset): Promise<void> {
  const { deps } = scope;
  const db = forWriting(scope, "identity");
  const tokenHash = hashOfMailed(token);
  // Before anything is hashed, so that guesses cost little.
  const [user] = await emailOfReset(db).execute({ tokenHash });
  if (!user) throw invalidToken();
  refuseWeak(password, user.email);
  const passwordHash = await inPasswordSlot(deps, () => hashPassword(password, deps.config.SCRYPT_LN));
  const ended = await db.sql.begin(async (tx) => {
    const userId = await spendReset(tx, { tokenHash, passwordHash });
    if (userId === undefined) throw invalidToken();
    await forgetResets(tx, userId);
    const actor = { id: userId, kind: "user" } as const;
    const target = { type: "user", id: userId };
    await appendEvents(tx, scope, [auditEvent(scope, { action: "password.reset", target, actor })]);
    return await endSessions(tx, userId, null);
  });
  await announceEnded(scope, ended);
}
