import { expect } from "bun:test";
import type { Product, ProductPage } from "../../src/services/catalog/schemas.ts";
import type { CatalogInstance } from "./catalog-shop.ts";

/** What an admin may PUT: a product of its own, with some fields replaced. */
export function bodyOf(fields: object = {}) {
  const tag = crypto.randomUUID();
  const variant = (n: number) => ({
    sku: `T-${n}-${tag}`,
    name: `Variant ${n}`,
    price: { amount: 900 + n, currency: "USD" },
  });
  return {
    ...{
      slug: `test-${tag.slice(0, 18)}`,
      name: "Test product",
      description: "Line one.\nLine two.",
      category: "tests",
    },
    variants: [variant(0), variant(1)],
    ...fields,
  };
}

export async function createProduct(
  instance: CatalogInstance,
  fields: object = {},
  id: string = crypto.randomUUID(),
): Promise<Product> {
  const answer = await instance.write("PUT", `/v1/products/${id}`, bodyOf(fields));
  expect(answer.status).toBe(201);
  return (await answer.json()) as Product;
}

export async function readPage(
  instance: CatalogInstance,
  path: string,
  headers?: Record<string, string>,
): Promise<ProductPage> {
  const answer = await instance.get(path, headers);
  expect(answer.status).toBe(200);
  return (await answer.json()) as ProductPage;
}

/** The answer is this problem. */
export async function refused(answer: Response, status: number, slug: string): Promise<void> {
  const problem = (await answer.json()) as { type: string };
  expect([answer.status, problem.type]).toEqual([status, `http://shop.test/problems/${slug}`]);
}

export async function within(ms: number, holds: () => Promise<boolean>): Promise<void> {
  const start = Date.now();
  while (!(await holds())) {
    if (Date.now() - start > ms) throw new Error(`Not within ${ms} ms.`);
    await Bun.sleep(50);
  }
}
