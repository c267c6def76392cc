import { jsonRequest } from "./json-request.ts";

export interface Buyer {
  readonly id: string;
  readonly token: string;
}

const count = 20;

/** Logs the seeded buyers in at a running server. */
export async function logInBuyers({ url }: { readonly url: string }): Promise<Buyer[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => logIn(url, index + 1)));
}

export async function logIn(url: string, buyer: number): Promise<Buyer> {
  const session = { email: `buyer${buyer}@headroom.local`, password: "headroom-buyer" };
  const { accessToken: token } = await jsonRequest<{ accessToken: string }>(`${url}/v1/sessions`, { body: session });
  const { id } = await jsonRequest<{ id: string }>(`${url}/v1/users/me`, { token });
  return { id, token };
}
