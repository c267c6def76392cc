import { describe, expect, test } from "bun:test";
import { html } from "hono/html";
import { type MailContent, mailPage } from "./layout.ts";
import { passwordResetMail } from "./password-reset.ts";
import { receiptMail } from "./receipt.ts";
import { refundMail } from "./refund.ts";
import { shippedMail } from "./shipped.ts";
import { welcomeMail } from "./welcome.ts";

const shop = "https://shop.example.com";
const orderId = "019a0000-0000-7000-8000-000000000000";
const token = "T".repeat(43);

/** What people and goods may call themselves. */
const hostileNames = [
  `<script>alert(1)</script>`,
  `"><img src=x onerror='alert(1)'>`,
  `</p></body><a href='javascript:alert(1)'>here</a>`,
  `&lt;b&gt; & $& {{name}} \${name}`,
];

const price = { amount: 1299, currency: "USD" };

const mails: Readonly<Record<string, (name: string) => Promise<{ mail: MailContent<string>; link: string }>>> = {
  welcome: async (name) => ({
    mail: await welcomeMail(shop, { name, token }),
    link: `${shop}/verify#${token}`,
  }),
  "password-reset": async (name) => ({
    mail: await passwordResetMail(shop, { name, token }),
    link: `${shop}/reset#${token}`,
  }),
  receipt: async (name) => {
    const lines = [1, 2].map((quantity) => ({ sku: "A", name, quantity, unitPrice: price, total: price }));
    return {
      mail: await receiptMail(shop, { orderId, name, lines, total: price }),
      link: `${shop}/orders/${orderId}`,
    };
  },
  shipped: async (name) => ({
    mail: await shippedMail(shop, { orderId, name, carrier: name, trackingNumber: name }),
    link: `${shop}/orders/${orderId}`,
  }),
  refund: async (name) => ({
    mail: await refundMail(shop, { orderId, name, amount: price, full: false }),
    link: `${shop}/orders/${orderId}`,
  }),
};

const escaped = (text: string) => Bun.escapeHTML(text).replaceAll("&#x27;", "&#39;");

describe.each(Object.keys(mails))("the mail %s", (kind) => {
  const written = async (name: string) => {
    const writing = mails[kind];
    if (writing === undefined) throw new Error(`no mail ${kind}`);
    return await writing(name);
  };

  test("says the same as text and as HTML, with one link", async () => {
    const { mail, link } = await written("Ana");
    expect(mail.kind).toBe(kind);
    expect(mail.subject).not.toBe("");
    expect(mail.text).toStartWith("Hello Ana,\n");
    expect(mail.html).toStartWith("<!doctype html>");
    expect(mail.text.match(/\bhttps?:\/\/\S+/g)).toEqual([link]);
    expect(mail.html.match(/<a [^>]*>[^<]*<\/a>/g)).toEqual([`<a href="${link}">${link}</a>`]);
    expect(mail.html).not.toMatch(/<(img|script|link|iframe|form)\b| on\w+=/);
  });

  test.each(hostileNames)("takes %s for a name and not for markup", async (name) => {
    const { mail, link } = await written(name);
    const plain = await written("Ana");
    expect(mail.text).toContain(`Hello ${name},`);
    expect(mail.html).toContain(`Hello ${escaped(name)},`);
    // The same tags as for anybody else.
    const tags = (html: string) => html.match(/<[^>]*>/g);
    expect(tags(mail.html)).toEqual(tags(plain.mail.html));
    expect(tags(mail.html)?.filter((tag) => tag.includes("href"))).toEqual([`<a href="${link}">`]);
    expect(mail.subject).toBe(plain.mail.subject);
  });
});

test("the frame of a mail escapes its title too", async () => {
  expect(await mailPage("<b>Hello</b>", html`<p>x</p>`)).not.toContain("<b>");
});
