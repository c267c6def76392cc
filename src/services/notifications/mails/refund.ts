import { html } from "hono/html";
import type { EventData } from "../../../contracts/events.ts";
import { formatMoney } from "../format-money.ts";
import { type MailContent, mailPage } from "./layout.ts";

interface RefundedOrder extends Pick<EventData<"order.refunded">, "amount" | "full"> {
  readonly orderId: string;
  /** The buyer's. */
  readonly name: string;
}

/** Says how much goes back, and whether that is all. Its one link is the order's. */
export async function refundMail(publicUrl: string, order: RefundedOrder): Promise<MailContent<"refund">> {
  const link = `${publicUrl}/orders/${order.orderId}`;
  const amount = formatMoney(order.amount);
  const said = order.full
    ? `we have given back ${amount}: with it all that you paid for your order has gone back.`
    : `we have given back ${amount} of what you paid for your order.`;
  const content = html`<p>Hello ${order.name},</p>
<p>${said}</p>
<p>Your order: <a href="${link}">${link}</a></p>`;
  return {
    kind: "refund",
    subject: `Your refund: ${amount}`,
    text: `Hello ${order.name},\n\n${said}\n\nYour order:\n${link}\n`,
    html: await mailPage("Your refund", content),
  };
}
