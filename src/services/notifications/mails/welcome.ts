import { html } from "hono/html";
import { type MailContent, mailPage } from "./layout.ts";

/** Greets a new user. Its one link is the shop's. */
export async function welcomeMail(publicUrl: string, name: string): Promise<MailContent<"welcome">> {
  const link = `${publicUrl}/`;
  const content = html`<p>Hello ${name},</p>
<p>your account is open. Here is the shop: <a href="${link}">${link}</a></p>`;
  return {
    kind: "welcome",
    subject: "Welcome to the shop",
    text: `Hello ${name},\n\nyour account is open. Here is the shop:\n${link}\n`,
    html: await mailPage("Welcome to the shop", content),
  };
}
