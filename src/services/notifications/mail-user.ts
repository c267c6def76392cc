import { isErased } from "../../platform/events/erased.ts";
import { type Mail, sendMail } from "../../platform/mail.ts";
import { onPrimary, type Scope } from "../../platform/scope.ts";

interface Addressee {
  readonly userId: string;
  readonly email: string;
}

/** Sends a mail of which an event itself says to whom, unless he is erased. The same key again is the same mail. */
export async function mailUser(
  scope: Scope,
  { userId, email }: Addressee,
  key: string,
  mail: Omit<Mail, "to">,
): Promise<void> {
  // The event may have lost its e-mail before this service has heard why.
  if (email === "" || (await isErased(onPrimary(scope, "notifications"), userId))) return;
  await sendMail(scope, key, { ...mail, to: email });
}
