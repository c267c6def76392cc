import { namesVersion } from "../../platform/http/if-match.ts";
import { Problem } from "../../shared/errors.ts";

/** @throws Problem precondition-required, precondition-failed, header-invalid */
export function requireVersion(ifMatch: string | undefined, version: number): void {
  if (ifMatch === undefined)
    throw new Problem("precondition-required", "The product exists: send If-Match with the ETag you read.");
  if (!namesVersion(ifMatch, version)) throw changed(version);
}

export function changed(version: number | undefined): Problem {
  const now = version === undefined ? "There is no such product." : `The product is at version ${version} now.`;
  return new Problem("precondition-failed", `${now} Read it again and repeat your change.`);
}
