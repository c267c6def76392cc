import { forWriting, type Scope } from "../../platform/scope.ts";
import { hashOfMailed, invalidToken } from "./mailed-tokens.ts";
import { spendVerification } from "./passwords/store.ts";

/** Notes that the account's e-mail is its owner's, by the token that was mailed there. @throws Problem token-invalid */
export async function verifyEmail(scope: Scope, token: string): Promise<void> {
  const isValid = await spendVerification(forWriting(scope, "identity"), hashOfMailed(token));
  if (!isValid) throw invalidToken();
}
