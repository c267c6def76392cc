import { randomUUID } from "node:crypto";
import { adminToken, call, eventually, logIn, newProduct, payOrder, type User } from "./client.ts";
import { fulfil, untilOrderIs } from "./fulfilment.ts";

/** A user with a name, a password and an address that nobody else has. */
export interface Person extends User {
  readonly password: string;
  readonly name: string;
  readonly address: Readonly<Record<string, string>>;
  /** What must be found nowhere once he is erased. */
  readonly texts: readonly string[];
}

export async function newPerson(): Promise<Person> {
  const tag = randomUUID();
  const account = { email: `person-${tag}@example.com`, password: `pass-${tag}`, name: `Name ${tag}` };
  const address = {
    name: account.name,
    line1: `Street ${tag}`,
    city: `City ${tag}`,
    postalCode: "1234",
    country: "DE",
  };
  const registered = await call("POST", "/v1/users", { body: account });
  if (registered.status !== 201) throw new Error(`not registered: ${JSON.stringify(registered.body)}`);
  const { email, password } = account;
  return { ...account, address, texts: [tag], id: registered.body.id, token: await logIn(email, password) };
}

/** Orders one unit for the person, sent to his address. */
export async function orderTo({ token, address }: Person, sku: string, more: object = {}) {
  const metadata = { gift: `from ${address.name}` };
  const body = { lines: [{ sku, quantity: 1 }], shippingAddress: address, metadata, ...more };
  return call("POST", "/v1/orders", { token, key: randomUUID(), body });
}

export const erase = ({ token }: Pick<User, "token">) => call("DELETE", "/v1/users/me", { token });

/** Leaves a trace wherever a person can: orders delivered, cancelled and pending, a cart, mails, another name. */
export async function live(person: Person): Promise<{ readonly delivered: string; readonly pending: string }> {
  const { token, email, texts } = person;
  const [sku = ""] = await newProduct(10);
  const place = async () => (await orderTo(person, sku)).body.id as string;
  const [delivered, cancelled, pending] = [await place(), await place(), await place()];
  await payOrder(token, delivered);
  await untilOrderIs(person, delivered, "paid");
  await fulfil(delivered, "shipments", { carrier: "ACME", trackingNumber: "1" });
  await fulfil(delivered, "deliveries");
  await call("POST", `/v1/orders/${cancelled}/cancel`, { token });
  await call("PUT", "/v1/cart", { token, body: { lines: [{ sku, quantity: 1 }] } });
  await call("PATCH", "/v1/users/me", {
    token,
    body: { name: `Other ${texts[0]}`, metadata: { size: `${texts[0]}` } },
  });
  await call("POST", "/v1/password-resets", { body: { email } });
  await call("POST", "/v1/sessions", { body: { email, password: "not-the-password" } });
  await eventually(async () => {
    const { body } = await call("GET", "/v1/notifications", { token });
    return body.data.length >= 5;
  });
  return { delivered, pending };
}

/** A code that makes an order cost nothing: it is paid at once. */
export async function freeOfCharge(): Promise<string> {
  const code = `FREE-${randomUUID()}`;
  await call("PUT", `/v1/coupons/${code}`, { token: await adminToken(), body: { percentOff: 100 } });
  return code;
}
