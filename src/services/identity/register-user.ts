import { event } from "../../contracts/events.ts";
import { databaseErrorCode } from "../../platform/database.ts";
import { appendEvents } from "../../platform/events/outbox.ts";
import { forWriting, type Scope } from "../../platform/scope.ts";
import { notAllowed, Problem } from "../../shared/errors.ts";
import { noteMailedToken } from "./mailed-tokens.ts";
import { refuseWeak } from "./passwords/check-password.ts";
import { inPasswordSlot } from "./passwords/password-slots.ts";
import { hashPassword } from "./passwords/passwords.ts";
import { presentUser } from "./present-user.ts";
import type { Registration, User } from "./schemas.ts";
import { insertUser } from "./store.ts";

/**
 * Opens an account for a customer and tells of it (`user.registered`), whereupon its e-mail is sent a link to verify it.
 * @throws Problem weak-password, email-taken, invalid-request for an unknown region, overloaded
 */
export async function registerUser(scope: Scope, input: Registration): Promise<User> {
  const { config } = scope.deps;
  const { email, password, name, region = config.REGION } = input;
  if (region !== config.REGION) throw notAllowed({ path: "region", message: "is not one of ours" });
  refuseWeak(password, email);
  const passwordHash = await inPasswordSlot(scope.deps, () => hashPassword(password, config.SCRYPT_LN));
  const { id, createdAt } = await insert(scope, { email, name, region, passwordHash });
  return presentUser({ id, email, name, role: "customer", region, emailVerified: false, metadata: {}, createdAt });
}

async function insert(scope: Scope, user: Parameters<typeof insertUser>[1]) {
  const { email, name, region } = user;
  try {
    return await forWriting(scope, "identity").sql.begin(async (tx) => {
      const row = await insertUser(tx, user);
      const requestId = await noteMailedToken(tx, scope, row.id, "verification");
      await appendEvents(tx, scope, [event("user.registered", row.id, 1, { email, name, region, requestId })]);
      return row;
    });
  } catch (error) {
    if (databaseErrorCode(error) !== "23505") throw error;
    throw new Problem("email-taken", "An account with this e-mail exists; log in, or use another e-mail.");
  }
}
