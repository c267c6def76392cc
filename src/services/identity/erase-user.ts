import { event } from "../../contracts/events.ts";
import { eraseInEvents } from "../../platform/events/erased.ts";
import { appendEvents } from "../../platform/events/outbox.ts";
import { type Caller, forWriting, type Scope } from "../../platform/scope.ts";
import { announceEnded } from "../../platform/sessions.ts";
import { Problem } from "../../shared/errors.ts";
import { accountGone } from "./account-gone.ts";
import { forgetAddresses } from "./audit-log/store.ts";
import { deleteUser } from "./store.ts";

/**
 * Erases the caller: account and sessions at once, what the other services keep of him by the event (`user.erased`). Orders
 * decides first, and closes the account to orders while it waits for that event: what races with this comes before it or
 * finds the account closed. Where this breaks off in between, pending orders are cancelled and the caller is there still:
 * he may ask again.
 * @throws Problem orders-open, session-revoked
 */
export async function eraseUser(scope: Scope, { userId }: Caller): Promise<void> {
  if (!(await scope.deps.ports.orders.closeAccount(scope, userId)))
    throw new Problem("orders-open", "An order of yours is paid or shipped; cancel it or wait for its delivery.");
  const ended = await forWriting(scope, "identity").sql.begin(async (tx) => {
    const deleted = await deleteUser(tx, userId);
    if (!deleted) throw accountGone();
    await appendEvents(tx, scope, [event("user.erased", userId, deleted.version + 1, {})]);
    await eraseInEvents(tx, [userId]);
    await forgetAddresses(tx, userId);
    return deleted.sessionIds;
  });
  await announceEnded(scope, ended);
}
