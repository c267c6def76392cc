import type { Deps } from "../../../platform/deps.ts";
import { Problem } from "../../../shared/errors.ts";
import { type Attempt, countFailedLogIn, refuseTooManyAttempts } from "./failed-log-ins.ts";
import { isWeak, passwordMatches } from "./passwords.ts";

/**
 * Lets through whoever knows the password. To be called within a password slot, so that parallel guesses pass one by one.
 * @throws Problem wrong-credentials, too-many-attempts
 */
export async function checkPassword(deps: Deps, attempt: Attempt, password: string): Promise<void> {
  await refuseTooManyAttempts(deps, attempt);
  if (await passwordMatches(password, attempt.passwordHash, deps.config.SCRYPT_LN)) return;
  await countFailedLogIn(deps, attempt);
  throw new Problem("wrong-credentials", "E-mail or password is wrong.");
}

/** @throws Problem weak-password */
export function refuseWeak(password: string, email: string): void {
  if (isWeak(password, email))
    throw new Problem("weak-password", "This password is easy to guess; choose a longer, unusual one.");
}
