import { Problem } from "../../shared/errors.ts";

/** The session began before the erasure and asks behind it: as if the erasure had come first. */
export function accountClosed(): Problem {
  return new Problem("session-revoked", "This account is erased.");
}
