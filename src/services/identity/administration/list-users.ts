import { readNewest } from "../../../platform/consistency/read.ts";
import type { Handle } from "../../../platform/database.ts";
import type { Scope } from "../../../platform/scope.ts";
import { anyUserByEmail, customersPage, staffPage, usersPage } from "./queries.ts";
import type { AnyUser, UsersQuery } from "./schemas.ts";

/** All users that the filters let through, newest first, behind `before`; one more than `limit` where there are more. */
export async function listUsers(
  scope: Scope,
  { email, role, limit }: Omit<UsersQuery, "cursor">,
  before: string,
): Promise<AnyUser[]> {
  return await readNewest(scope, "identity", async (db: Handle) => {
    if (email !== undefined) {
      const found = await anyUserByEmail(db).execute({ email });
      return found.filter((user) => role === undefined || user.role === role);
    }
    const asked = { before, limit: limit + 1 };
    if (role === undefined) return await usersPage(db).execute(asked);
    return role === "customer"
      ? await customersPage(db).execute(asked)
      : await staffPage(db).execute({ ...asked, role });
  });
}
