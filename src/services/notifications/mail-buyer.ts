import { isErased } from "../../platform/events/erased.ts";
import { type Mail, sendMail } from "../../platform/mail.ts";
import { onPrimary, type Scope } from "../../platform/scope.ts";
import type { MailContent } from "./mails/layout.ts";
import { contactOf } from "./queries.ts";

/**
 * Mails a buyer what `write` makes for his name, unless he is erased. The same key again is the same mail. Where
 * `user.registered` has not come yet, this throws: the delivery is tried again.
 */
export async function mailBuyer(
  scope: Scope,
  userId: string,
  key: string,
  write: (publicUrl: string, name: string) => Promise<MailContent<Mail["kind"]>>,
): Promise<void> {
  const db = onPrimary(scope, "notifications");
  const [contact] = await contactOf(db).execute({ userId });
  if (contact === undefined && (await isErased(db, userId))) return;
  if (contact === undefined) throw new Error("The buyer is not known yet.");
  await sendMail(scope, key, { ...(await write(scope.deps.config.PUBLIC_URL, contact.name)), to: contact.email });
}
