import { logIn } from "./buyers.ts";
import { jsonRequest } from "./json-request.ts";

interface Listed {
  readonly data: readonly { readonly id: string }[];
}

interface Detail {
  readonly variants: readonly { readonly sku: string; readonly available: boolean }[];
}

/** What a newcomer does first: logs in, looks at the products, and orders the first thing that can be had. */
export async function placeAnyOrder(url: string): Promise<void> {
  const { token } = await logIn(url, 1);
  const { data } = await jsonRequest<Listed>(`${url}/v1/products`, {});
  for (const { id } of data) {
    const { variants } = await jsonRequest<Detail>(`${url}/v1/products/${id}`, {});
    const sku = variants.find(({ available }) => available)?.sku;
    if (sku === undefined) continue;
    const headers = { "Idempotency-Key": crypto.randomUUID() };
    await jsonRequest(`${url}/v1/orders`, { token, headers, body: { lines: [{ sku, quantity: 1 }] } });
    return;
  }
  throw new Error("Nothing on the first page can be had.");
}
