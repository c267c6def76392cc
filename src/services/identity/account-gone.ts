import { Problem } from "../../shared/errors.ts";

/** The token is good for some moments more, its account is erased. */
export function accountGone(): Problem {
  return new Problem("session-revoked", "This account is gone.");
}
