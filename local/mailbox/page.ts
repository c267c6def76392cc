import { html, raw } from "hono/html";
import type { Mail } from "./mails.ts";

const style = `
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #1c1c1c }
  article { border-top: 1px solid #ccc; padding: 1rem 0 }
  h2 { font-size: 1.1rem; margin: 0 }
  .head { color: #595959; font-size: .9rem; margin: 0 }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; margin: .5rem 0 0 }`;

/** The page a person reads: newest first, as text, with the links to follow. */
export function mailPage(mails: readonly Mail[]) {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mailbox</title>
<style>${raw(style)}</style>
</head>
<body>
<h1>Mailbox</h1>
<p>Every mail the embedded shop sends ends here. None is delivered. ${mails.length === 0 ? "There is none yet." : ""}</p>
${mails.map(article)}
</body>
</html>`;
}

function article(mail: Mail) {
  return html`<article>
<h2>${mail.subject}</h2>
<p class="head">${mail.kind} to <a href="/?to=${encodeURIComponent(mail.to)}">${mail.to}</a> from ${mail.from}, ${mail.createdAt}</p>
<pre>${withLinks(mail.text)}</pre>
</article>`;
}

function withLinks(text: string) {
  return text
    .split(/(https?:\/\/[^\s<>"]+)/)
    .map((part, i) => (i % 2 === 1 ? html`<a href="${part}">${part}</a>` : part));
}
