import { get, json } from "./client.ts";

export interface Product {
  id: string;
  slug: string;
  category: string;
  variants: { sku: string; available: boolean }[];
}

export interface Page<T> {
  data: T[];
  nextCursor: string | null;
}

export function pick<T>(things: readonly T[]): T | undefined {
  return things[Math.floor(Math.random() * things.length)];
}

/** Ids of up to 100 products that said they were available, for `setup`. Throws where there are none. */
export function availableProducts(): string[] {
  const answer = get("/v1/products?available=true&limit=100", { name: "GET /v1/products" });
  const ids = answer.status === 200 ? json<Page<Product>>(answer).data.map((product) => product.id) : [];
  if (ids.length === 0) throw new Error(`the catalog has nothing to order: ${answer.status} ${answer.error}`);
  return ids;
}
