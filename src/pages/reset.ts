import { html } from "hono/html";
import { mailedTokenScript } from "./mailed-token-script.ts";

/** To which the mail links that was asked for to reset a password. */
export const reset = {
  title: "Set a new password",
  script: mailedTokenScript,
  body: html`<h1>Set a new password</h1>
    <form data-method="PUT" data-path="/v1/password-resets" data-done="Done: log in with your new password.">
      <label>
        New password, at least 10 characters
        <input name="password" type="password" minlength="10" autocomplete="new-password" required />
      </label>
      <button>Set it</button>
    </form>
    <p><output></output></p>
    <noscript>This page needs JavaScript: the link's token never leaves your browser but to be sent by it.</noscript>`,
};
