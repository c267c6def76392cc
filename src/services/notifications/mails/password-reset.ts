import { html } from "hono/html";
import { type MailContent, mailPage } from "./layout.ts";

/** Lets whoever reads it choose a new password. Its one link carries the token where no server sees it. */
export async function passwordResetMail(
  publicUrl: string,
  { name, token }: { readonly name: string; readonly token: string },
): Promise<MailContent<"password-reset">> {
  const link = `${publicUrl}/reset#${token}`;
  const content = html`<p>Hello ${name},</p>
<p>somebody asked to reset your password. To choose a new one within 30 minutes: <a href="${link}">${link}</a></p>
<p>It was not you? Then do nothing: your password stays as it is.</p>`;
  return {
    kind: "password-reset",
    subject: "Reset your password",
    text: `Hello ${name},\n\nsomebody asked to reset your password. To choose a new one within 30 minutes:\n${link}\n\nIt was not you? Then do nothing: your password stays as it is.\n`,
    html: await mailPage("Reset your password", content),
  };
}
