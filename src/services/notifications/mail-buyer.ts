import { isErased } from "../../platform/events/erased.ts";
import { sendMail } from "../../platform/mail.ts";
import { onPrimary, type Scope } from "../../platform/scope.ts";
import type { MailContent } from "./mails/layout.ts";
import { contactOf } from "./queries.ts";

interface Addressee {
  readonly userId: string;
  /** The same for each try of one mail. */
  readonly key: string;
}

type Kind = Parameters<typeof sendMail>[2]["kind"];

/**
 * Mails a buyer what `write` makes for his name, unless he is erased. Where `user.registered` has not come yet, this
 * throws: the delivery is tried again.
 */
export async function mailBuyer(
  scope: Scope,
  { userId, key }: Addressee,
  write: (publicUrl: string, name: string) => Promise<MailContent<Kind>>,
): Promise<void> {
  const db = onPrimary(scope, "notifications");
  const [contact] = await contactOf(db).execute({ userId });
  if (contact === undefined && (await isErased(db, userId))) return;
  if (contact === undefined) throw new Error("The buyer is not known yet.");
  await sendMail(scope, key, { ...(await write(scope.deps.config.PUBLIC_URL, contact.name)), to: contact.email });
}
