import { event } from "../../contracts/events.ts";
import { appendEvents } from "../../platform/events/outbox.ts";
import { type Caller, forWriting, type Scope } from "../../platform/scope.ts";
import { accountGone } from "./account-gone.ts";
import { presentUser } from "./present-user.ts";
import type { User, UserPatch } from "./schemas.ts";
import { updateUser } from "./store.ts";

/**
 * Changes what the patch names of the caller's own account and tells of it (`user.updated`); `metadata` is replaced as a
 * whole.
 */
export async function changeUser(scope: Scope, { userId: id }: Caller, patch: UserPatch): Promise<User> {
  const metadata = patch.metadata === undefined ? null : JSON.stringify(patch.metadata);
  return await forWriting(scope, "identity").sql.begin(async (tx) => {
    const row = await updateUser(tx, { id, name: patch.name ?? null, metadata });
    if (!row) throw accountGone();
    const { version, ...user } = row;
    const { email, name, region } = user;
    await appendEvents(tx, scope, [event("user.updated", id, version, { email, name, region })]);
    return presentUser(user);
  });
}
