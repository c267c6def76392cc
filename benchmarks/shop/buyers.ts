import { jsonRequest } from "./json-request.ts";

export interface Buyer {
  readonly id: string;
  readonly token: string;
}

const count = 20;

/** Logs the seeded buyers in at a running server: one after the other, since it refuses a storm of log-ins. */
export async function logInBuyers({ url }: { readonly url: string }): Promise<Buyer[]> {
  const buyers: Buyer[] = [];
  for (let buyer = 1; buyer <= count; buyer++) buyers.push(await logIn(url, buyer));
  return buyers;
}

export async function logIn(url: string, buyer: number): Promise<Buyer> {
  const session = { email: `buyer${buyer}@headroom.local`, password: "headroom-buyer" };
  const { accessToken: token } = await jsonRequest<{ accessToken: string }>(`${url}/v1/sessions`, { body: session });
  const { id } = await jsonRequest<{ id: string }>(`${url}/v1/users/me`, { token });
  return { id, token };
}
