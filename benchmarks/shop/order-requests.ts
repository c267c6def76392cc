import type { Shop } from "../../loadtests/lab/shop.ts";
import type { Buyer } from "./buyers.ts";
import { goods } from "./goods.ts";

/** The heads of POST /v1/orders, one for each buyer, without Idempotency-Key and body. */
export function orderHeads({ url }: Shop, buyers: readonly Buyer[]): string[] {
  return buyers.map(({ token }) =>
    [
      "POST /v1/orders HTTP/1.1",
      `Host: ${new URL(url).host}`,
      `Authorization: Bearer ${token}`,
      "Content-Type: application/json",
      "",
    ].join("\r\n"),
  );
}

/** One order of one line for each of the goods, with the header of its length. */
export function orderBodies(): string[] {
  return Array.from({ length: goods.count }, (_, index) => {
    const body = JSON.stringify({ lines: [{ sku: `${goods.prefix}${index + 1}`, quantity: 1 }] });
    return `Content-Length: ${body.length}\r\n\r\n${body}`;
  });
}
