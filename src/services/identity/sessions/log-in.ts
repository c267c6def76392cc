import { auditEvent } from "../../../platform/audit.ts";
import type { Handle } from "../../../platform/database.ts";
import { appendEvents } from "../../../platform/events/outbox.ts";
import { forWriting, type Scope } from "../../../platform/scope.ts";
import { Problem } from "../../../shared/errors.ts";
import { checkPassword } from "../passwords/check-password.ts";
import { inPasswordSlot } from "../passwords/password-slots.ts";
import { userByEmail } from "../queries.ts";
import type { Credentials } from "../schemas.ts";
import { insertSession, type NewSession } from "../store.ts";
import { type IssuedTokens, issueTokens } from "./issue-tokens.ts";

/** Where a log-in comes from, as the list of sessions shows it. */
interface Client {
  readonly userAgent: string;
  readonly address: string;
}

/**
 * Opens a session. An unknown e-mail is answered in the same words and the same time as a wrong password.
 * @throws Problem wrong-credentials, account-disabled (only after the right password), too-many-attempts, overloaded
 */
export async function logIn(scope: Scope, { email, password }: Credentials, client: Client): Promise<IssuedTokens> {
  const { deps } = scope;
  const db = forWriting(scope, "identity");
  // Looked up within the slot too: whoever is refused for load has cost nothing.
  const user = await inPasswordSlot(deps, async () => {
    const [known] = await userByEmail(db).execute({ email });
    await checkPassword(deps, { email, address: client.address, passwordHash: known?.passwordHash }, password);
    if (!known) throw new Error("a password matched no user");
    return known;
  });
  if (user.disabled) throw new Problem("account-disabled", "This account has been disabled; contact the shop.");
  const session = await openSession(scope, db, {
    userId: user.id,
    passwordHash: user.passwordHash,
    role: user.role,
    ...client,
  });
  if (!session) throw new Problem("wrong-credentials", "The account has changed meanwhile; log in again.");
  const { id: sessionId, authTime } = session;
  return issueTokens(scope, { userId: user.id, sessionId, role: user.role, region: user.region, authTime }, 0);
}

/** Those of administrators and operators are recorded; a customer's costs no more than the one statement. */
async function openSession(scope: Scope, { sql }: Handle, session: NewSession) {
  if (session.role === "customer") return await insertSession(sql, session);
  return await sql.begin(async (tx) => {
    const opened = await insertSession(tx, session);
    if (!opened) return undefined;
    const actor = { id: session.userId, kind: "user" } as const;
    const target = { type: "session", id: opened.id };
    await appendEvents(tx, scope, [auditEvent(scope, { action: "session.opened", target, actor })]);
    return opened;
  });
}
