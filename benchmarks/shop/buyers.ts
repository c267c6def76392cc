import type { Shop } from "./shop.ts";

export interface Buyer {
  readonly id: string;
  readonly token: string;
}

const count = 20;

/** Logs the seeded buyers in at the running server. */
export async function logInBuyers({ url }: Shop): Promise<Buyer[]> {
  const emails = Array.from({ length: count }, (_, index) => `buyer${index + 1}@headroom.local`);
  return Promise.all(emails.map((email) => logIn(url, email)));
}

async function logIn(url: string, email: string): Promise<Buyer> {
  const { accessToken: token } = await ask<{ accessToken: string }>(`${url}/v1/sessions`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email, password: "headroom-buyer" }),
  });
  const { id } = await ask<{ id: string }>(`${url}/v1/users/me`, { headers: { Authorization: `Bearer ${token}` } });
  return { id, token };
}

async function ask<Answer>(url: string, init: RequestInit): Promise<Answer> {
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(20_000) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Answer;
}
