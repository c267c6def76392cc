import { html } from "hono/html";
import { type MailContent, mailPage } from "./layout.ts";

interface ShippedOrder {
  readonly orderId: string;
  /** The buyer's. */
  readonly name: string;
  readonly carrier?: string | undefined;
  readonly trackingNumber?: string | undefined;
}

/** Says that an order is on its way, and with whom. Its one link is the order's. */
export async function shippedMail(publicUrl: string, order: ShippedOrder): Promise<MailContent<"shipped">> {
  const link = `${publicUrl}/orders/${order.orderId}`;
  const facts = [
    ...(order.carrier === undefined ? [] : [`Carrier: ${order.carrier}`]),
    ...(order.trackingNumber === undefined ? [] : [`Tracking number: ${order.trackingNumber}`]),
  ];
  const content = html`<p>Hello ${order.name},</p>
<p>your order is on its way.</p>
${facts.map((fact) => html`<p>${fact}</p>`)}
<p>Your order: <a href="${link}">${link}</a></p>`;
  const said = facts.map((fact) => `${fact}\n`).join("");
  return {
    kind: "shipped",
    subject: "Your order is on its way",
    text: `Hello ${order.name},\n\nyour order is on its way.\n${said}\nYour order:\n${link}\n`,
    html: await mailPage("Your order is on its way", content),
  };
}
