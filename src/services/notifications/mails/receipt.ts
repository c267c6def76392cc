import { html } from "hono/html";
import type { EventData } from "../../../contracts/events.ts";
import { formatMoney } from "../format-money.ts";
import { type MailContent, mailPage } from "./layout.ts";

interface PaidOrder extends Pick<EventData<"order.paid">, "lines" | "total"> {
  readonly orderId: string;
  /** The buyer's. */
  readonly name: string;
}

/** Says what was bought and for how much. Its one link is the order's. */
export async function receiptMail(publicUrl: string, order: PaidOrder): Promise<MailContent<"receipt">> {
  const link = `${publicUrl}/orders/${order.orderId}`;
  const total = formatMoney(order.total);
  const lines = order.lines.map(({ name, quantity, unitPrice, total: sum }) => ({
    what: `${quantity} x ${name} at ${formatMoney(unitPrice)}`,
    sum: formatMoney(sum),
  }));
  const content = html`<p>Hello ${order.name},</p>
<p>thank you, your order is paid.</p>
<table cellpadding="4">
${lines.map(({ what, sum }) => html`<tr><td>${what}</td><td align="right">${sum}</td></tr>`)}
<tr><th align="left">Total</th><th align="right">${total}</th></tr>
</table>
<p>Your order: <a href="${link}">${link}</a></p>`;
  const list = lines.map(({ what, sum }) => `${what}: ${sum}`).join("\n");
  return {
    kind: "receipt",
    subject: `Your receipt: ${total}`,
    text: `Hello ${order.name},\n\nthank you, your order is paid.\n\n${list}\nTotal: ${total}\n\nYour order:\n${link}\n`,
    html: await mailPage("Your receipt", content),
  };
}
