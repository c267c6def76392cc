import { read, readNewest } from "../../platform/consistency/read.ts";
import type { Caller, Scope } from "../../platform/scope.ts";
import { accountGone } from "./account-gone.ts";
import { presentUser } from "./present-user.ts";
import { userById } from "./queries.ts";
import type { User } from "./schemas.ts";

/** The caller's own account. */
export async function readUser(scope: Scope, { userId: id }: Caller): Promise<User> {
  const rows = await read(scope, "identity", (db) => userById(db).execute({ id }));
  // The token says that the account exists: a replica without it is behind the registration.
  const [user] = rows.length > 0 ? rows : await readNewest(scope, "identity", (db) => userById(db).execute({ id }));
  if (!user) throw accountGone();
  return presentUser(user);
}
