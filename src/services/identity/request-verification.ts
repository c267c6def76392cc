import { event } from "../../contracts/events.ts";
import { appendEvents } from "../../platform/events/outbox.ts";
import { policies, spend } from "../../platform/limits.ts";
import { type Caller, forWriting, type Scope } from "../../platform/scope.ts";
import { noteMailedToken } from "./mailed-tokens.ts";
import { raiseVersionOfUnverified } from "./passwords/store.ts";

/**
 * Has the welcome mail with its link sent again (`user.verification-requested`); a verified e-mail needs none.
 * @throws Problem rate-limited after 3 in an hour
 */
export async function requestVerification(scope: Scope, { userId }: Caller): Promise<void> {
  await spend(scope, policies.verification, userId);
  await forWriting(scope, "identity").sql.begin(async (tx) => {
    const user = await raiseVersionOfUnverified(tx, userId);
    if (!user) return;
    const { version, email, name } = user;
    const requestId = await noteMailedToken(tx, scope, userId, "verification");
    await appendEvents(tx, scope, [event("user.verification-requested", userId, version, { email, name, requestId })]);
  });
}
