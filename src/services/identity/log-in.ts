import { forWriting, type Scope } from "../../platform/scope.ts";
import { Problem } from "../../shared/errors.ts";
import { countFailedLogIn, refuseTooManyAttempts } from "./failed-log-ins.ts";
import { type IssuedTokens, issueTokens } from "./issue-tokens.ts";
import { inPasswordSlot } from "./password-slots.ts";
import { passwordMatches } from "./passwords.ts";
import { userByEmail } from "./queries.ts";
import type { Credentials } from "./schemas.ts";
import { insertSession } from "./store.ts";

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
  const [user] = await userByEmail(db).execute({ email });
  const attempt = { email, address: client.address };
  // Counted within the slot, so that parallel guesses pass one by one.
  await inPasswordSlot(deps, async () => {
    await refuseTooManyAttempts(deps, attempt);
    if (await passwordMatches(password, user?.passwordHash, deps.config.SCRYPT_LN)) return;
    await countFailedLogIn(deps, attempt);
    throw new Problem("wrong-credentials", "E-mail or password is wrong.");
  });
  if (!user) throw new Error("a password matched no user");
  if (user.disabled) throw new Problem("account-disabled", "This account has been disabled; contact the shop.");
  const { id: sessionId, authTime } = await insertSession(db, { userId: user.id, ...client });
  return issueTokens(scope, { userId: user.id, sessionId, role: user.role, region: user.region, authTime }, 0);
}
