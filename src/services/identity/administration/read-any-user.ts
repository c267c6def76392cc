import { readNewest } from "../../../platform/consistency/read.ts";
import type { Scope } from "../../../platform/scope.ts";
import { Problem } from "../../../shared/errors.ts";
import { anyUserById } from "./queries.ts";
import type { AnyUser } from "./schemas.ts";

/** Any user, for an administrator. @throws Problem not-found */
export async function readAnyUser(scope: Scope, id: string): Promise<AnyUser> {
  const [user] = await readNewest(scope, "identity", (db) => anyUserById(db).execute({ id }));
  if (!user) throw new Problem("not-found", "There is no such user.");
  return user;
}
