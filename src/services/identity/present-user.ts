import { rfc3339 } from "../../shared/times.ts";
import type { User } from "./schemas.ts";

/** A user's row as api.md shows it. */
export function presentUser<Row extends User>(row: Row): Row {
  return { ...row, createdAt: rfc3339(row.createdAt) };
}
