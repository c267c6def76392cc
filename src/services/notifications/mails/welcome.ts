import { html } from "hono/html";
import { type MailContent, mailPage } from "./layout.ts";

/**
 * Greets a new user and has him verify his e-mail. Its one link carries the token where no server sees it; without a token,
 * as older releases told of registrations, it is the shop's.
 */
export async function welcomeMail(
  publicUrl: string,
  { name, token }: { readonly name: string; readonly token: string | undefined },
): Promise<MailContent<"welcome">> {
  const [what, link] =
    token === undefined
      ? ["Here is the shop", `${publicUrl}/`]
      : ["Please confirm within a day that this is your e-mail", `${publicUrl}/verify#${token}`];
  const content = html`<p>Hello ${name},</p>
<p>your account is open. ${what}: <a href="${link}">${link}</a></p>`;
  return {
    kind: "welcome",
    subject: "Welcome to the shop",
    text: `Hello ${name},\n\nyour account is open. ${what}:\n${link}\n`,
    html: await mailPage("Welcome to the shop", content),
  };
}
