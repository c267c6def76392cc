import { type Caller, forWriting, type Scope } from "../../platform/scope.ts";
import { Problem } from "../../shared/errors.ts";
import { presentUser } from "./present-user.ts";
import type { User, UserPatch } from "./schemas.ts";
import { updateUser } from "./store.ts";

/** Changes what the patch names of the caller's own account; `metadata` is replaced as a whole. */
export async function changeUser(scope: Scope, { userId: id }: Caller, patch: UserPatch): Promise<User> {
  const metadata = patch.metadata === undefined ? null : JSON.stringify(patch.metadata);
  const [row] = await updateUser(forWriting(scope, "identity")).execute({ id, name: patch.name ?? null, metadata });
  if (!row) throw new Problem("not-found", "This account is gone.");
  return presentUser(row);
}
