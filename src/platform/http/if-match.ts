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
