import { get, json } from "./client.ts";

export interface Product {
  id: string;
  slug: string;
  category: string;
  price: { amount: number; currency: string };
  variants: { sku: string; available: boolean }[];
}

export interface Page<T> {
  data: T[];
  nextCursor: string | null;
}

export function pick<T>(things: readonly T[]): T | undefined {
  return things[Math.floor(Math.random() * things.length)];
}

/** Ids of products that said they were available, 100 a page, newest first, for `setup`. Throws where there are none. */
export function availableProducts(pagesMax = 1): string[] {
  const ids: string[] = [];
  let cursor: string | null = "";
  for (let page = 0; page < pagesMax && cursor !== null; page += 1) {
    const behind: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const answer = get(`/v1/products?available=true&limit=100${behind}`, { name: "GET /v1/products" });
    if (answer.status !== 200) throw new Error(`the catalog cannot be read: ${answer.status} ${answer.error}`);
    const { data, nextCursor } = json<Page<Product>>(answer);
    ids.push(...data.map(({ id }) => id));
    cursor = nextCursor;
  }
  if (ids.length === 0) throw new Error("the catalog has nothing to order");
  return ids;
}
