import { randomUUID } from "node:crypto";
import {
  type Answer,
  adminToken,
  call,
  eventually,
  newProduct,
  newUser,
  payOrder,
  placeOrder,
  type User,
} from "./client.ts";
import { openShop } from "./shop.ts";

interface PaidOrder {
  readonly user: User;
  readonly sku: string;
  readonly orderId: string;
  readonly paymentId: string;
  /** Minor units. */
  readonly total: number;
}

/** A user's order of so many units at 1000 each, of 5 in stock, paid. */
export async function newPaidOrder(quantity = 1): Promise<PaidOrder> {
  const user = await newUser();
  const [sku = ""] = await newProduct(5);
  const { body: order } = await placeOrder(user.token, [[sku, quantity]]);
  const { body: payment } = await payOrder(user.token, order.id);
  await untilOrderIs(user, order.id, "paid");
  return { user, sku, orderId: order.id, paymentId: payment.id, total: order.total.amount };
}

export async function orderOf({ token }: User, id: string) {
  return (await call("GET", `/v1/orders/${id}`, { token, headers: { "Read-Consistency": "strong" } })).body;
}

export async function untilOrderIs(user: User, id: string, status: string): Promise<void> {
  await eventually(async () => (await orderOf(user, id)).status === status);
}

/** An administrator gives money back. */
export async function refund(paymentId: string, body: object, key: string = randomUUID()): Promise<Answer> {
  return call("POST", `/v1/payments/${paymentId}/refunds`, { token: await adminToken(), key, body });
}

/** An administrator notes where an order is. */
export async function fulfil(orderId: string, what: "shipments" | "deliveries", body: object = {}): Promise<Answer> {
  return call("POST", `/v1/orders/${orderId}/${what}`, { token: await adminToken(), body });
}

export async function stockOf(sku: string) {
  return (await call("GET", `/v1/stock/${sku}`, { token: await adminToken() })).body;
}

/** The data of an order's events of a type, oldest first. */
export async function toldOf(orderId: string, type: string) {
  const { sql } = await openShop();
  const rows = await sql`select data from events.outbox where key = ${orderId} and type = ${type} order by version`;
  return rows.map(({ data }) => data);
}

/** The kinds of mail that the user was sent, and the newest of a kind. */
export async function mailOf({ email }: User, kind: string) {
  const { config } = await openShop();
  const response = await fetch(`${config.MAILBOX_URL}/messages?to=${encodeURIComponent(email)}`);
  const { data } = (await response.json()) as { data: { kind: string; subject: string; text: string; html: string }[] };
  return data.filter((mail) => mail.kind === kind);
}
