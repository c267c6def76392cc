import { html } from "hono/html";
import { mailedTokenScript } from "./mailed-token-script.ts";

/** To which the welcome mail links. It asks for a click, since programs that look at mails follow links. */
export const verify = {
  title: "Verify your e-mail address",
  script: mailedTokenScript,
  body: html`<h1>Verify your e-mail address</h1>
    <form
      data-method="POST"
      data-path="/v1/email-verifications/confirm"
      data-done="Thank you: your e-mail address is verified."
    >
      <button>Verify</button>
    </form>
    <p><output></output></p>
    <noscript>This page needs JavaScript: the link's token never leaves your browser but to be sent by it.</noscript>`,
};
