import { rfc3339 } from "../../shared/times.ts";
import type { User } from "./schemas.ts";

/** A user's row as api.md shows it. */
export function presentUser(row: User): User {
  return { ...row, createdAt: rfc3339(row.createdAt) };
}
