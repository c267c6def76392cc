import { event } from "../../../contracts/events.ts";
import { appendEvents } from "../../../platform/events/outbox.ts";
import { sha256 } from "../../../platform/hash.ts";
import { policies, spend } from "../../../platform/limits.ts";
import { forWriting, type Scope } from "../../../platform/scope.ts";
import { noteMailedToken } from "../mailed-tokens.ts";
import { raiseVersionByEmail } from "./store.ts";

/**
 * Has a link to reset the password mailed to the account with that e-mail (`user.reset-requested`). Where there is none,
 * nothing happens, and nobody is told. @throws Problem rate-limited after 3 in an hour, whether there is an account or not
 */
export async function requestPasswordReset(scope: Scope, email: string): Promise<void> {
  await spend(scope, policies.reset, sha256(email).slice(0, 22));
  await forWriting(scope, "identity").sql.begin(async (tx) => {
    const user = await raiseVersionByEmail(tx, email);
    if (!user) return;
    const { id, version, name } = user;
    const requestId = await noteMailedToken(tx, scope, id, "reset");
    await appendEvents(tx, scope, [event("user.reset-requested", id, version, { email, name, requestId })]);
  });
}
