import { html } from "hono/html";

type Html = ReturnType<typeof html>;

/** What a mail is apart from its addressee. */
export interface MailContent<Kind extends string> {
  readonly kind: Kind;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** The frame of every HTML mail. All text that passes through `html` is escaped. */
export async function mailPage(title: string, content: Html): Promise<string> {
  const page = await html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title></head>
<body style="font: 16px/1.5 sans-serif; color: #1c1c1c; max-width: 36rem; margin: 2rem auto; padding: 0 1rem">
<h1 style="font-size: 1.3rem">${title}</h1>
${content}
</body>
</html>`;
  return page.toString();
}
