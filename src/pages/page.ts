import type { Context } from "hono";
import { html, raw } from "hono/html";
import { sha256 } from "../platform/hash.ts";
import type { AppEnv } from "../platform/http/app-env.ts";

type Markup = ReturnType<typeof html>;

interface Page {
  readonly title: string;
  readonly body: Markup;
  /** Runs when the body is there. */
  readonly script?: string;
}

const style =
  "body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}input,button{font:inherit}";

/**
 * Answers a page that runs and shows nothing but what is written here: its style and its script are allowed by their
 * digests (CSP level 3), it speaks to this server alone and stands in nobody's frame.
 */
export function answerPage(c: Context<AppEnv>, { title, body, script }: Page): Response | Promise<Response> {
  c.header("Content-Security-Policy", policyOf(script));
  return c.html(html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${title}</title>
    <style>${raw(style)}</style>
  </head>
  <body>
    ${body}
    ${script === undefined ? "" : html`<script>${raw(script)}</script>`}
  </body>
</html>`);
}

function policyOf(script: string | undefined): string {
  return [
    "default-src 'none'",
    `style-src ${digestOf(style)}`,
    ...(script === undefined ? [] : [`script-src ${digestOf(script)}`, "connect-src 'self'"]),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** CSP takes base64url as well as base64, but not every browser did. */
function digestOf(text: string): string {
  return `'sha256-${Buffer.from(sha256(text), "base64url").toString("base64")}'`;
}
