import { Problem } from "../../shared/errors.ts";

/**
 * Whether `If-Match` names the version. It takes what ETag gave or `"<version>"`, `W/` or not; the version alone counts.
 * @throws Problem header-invalid
 */
export function namesVersion(ifMatch: string, version: number): boolean {
  if (ifMatch.trim() === "*") return true;
  return ifMatch.split(",").some((tag) => {
    const [, named] = /^(?:W\/)?"(\d{1,9})(?:\.[\w-]*)?"$/.exec(tag.trim()) ?? [];
    if (named === undefined) throw new Problem("header-invalid", 'If-Match must be an ETag such as "3" or "3.x1".');
    return Number(named) === version;
  });
}

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
