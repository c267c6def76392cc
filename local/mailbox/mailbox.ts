import { Hono } from "hono";
import * as v from "valibot";
import { keptMax, type Mails } from "./mails.ts";
import { mailPage } from "./page.ts";

const newMail = v.object({
  kind: v.string(),
  to: v.string(),
  from: v.string(),
  subject: v.string(),
  text: v.string(),
  html: v.string(),
});
const listLimit = v.pipe(v.string(), v.digits(), v.transform(Number), v.minValue(1), v.maxValue(keptMax));

/** The mailbox over HTTP; the same `Idempotency-Key` again is the same mail, answered 200. */
export function mailbox(mails: Mails): Hono {
  return new Hono()
    .get("/", (c) => c.html(mailPage(mails.list(c.req.query("to"), 100))))
    .get("/messages", (c) => {
      const limit = v.safeParse(listLimit, c.req.query("limit") ?? "1000");
      if (!limit.success) return c.json({ error: v.summarize(limit.issues) }, 422);
      return c.json({ data: mails.list(c.req.query("to"), limit.output) });
    })
    .delete("/messages", (c) => {
      mails.clear();
      return c.body(null, 204);
    })
    .post("/messages", async (c) => {
      const mail = v.safeParse(newMail, await c.req.json().catch(() => undefined));
      if (!mail.success) return c.json({ error: v.summarize(mail.issues) }, 422);
      const { mail: kept, isNew } = mails.put(mail.output, c.req.header("idempotency-key"));
      return c.json(kept, isNew ? 201 : 200);
    });
}
