import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Placeholder } from "drizzle-orm";
import { seedCatalog } from "../../../db/seed/catalog.ts";
import { seedProducts } from "../../../db/seed/products.ts";
import { createProduct, readPage, refused } from "../../../tests/support/catalog-requests.ts";
import { type CatalogInstance, type CatalogShop, startCatalogShop } from "../../../tests/support/catalog-shop.ts";
import { type ProductOrder, productOrders, productsBehind } from "./list-statements.ts";
import type { CategoryPage, Product, ProductPage } from "./schemas.ts";

const seeds = seedProducts("USD");
let shop: CatalogShop;
let one: CatalogInstance;
let plansWhenEmpty: string[][];

beforeAll(async () => {
  shop = await startCatalogShop();
  one = await shop.start();
  plansWhenEmpty = await plansOfCategoryPages();
  await seedCatalog(shop.sql, seeds);
}, 60_000);
afterAll(() => shop.close(), 60_000);

describe("the seeded shop", () => {
  test("is the same on every run, and seeding again changes nothing", async () => {
    expect(seedProducts("USD")).toEqual(seeds);
    expect(seeds).toHaveLength(1000);
    expect(new Set(seeds.map(({ category }) => category.slug)).size).toBe(12);
    const before = await shop.sql`select id, xmin from catalog.products where metadata ? 'range' order by id`;
    await seedCatalog(shop.sql, seeds);
    expect(await shop.sql`select id, xmin from catalog.products where metadata ? 'range' order by id`).toEqual(before);
  });

  test("has a picture for each product, without a network", async () => {
    const [product] = (await readPage(one, "/v1/products?limit=1")).data;
    const answer = await one.get(new URL(product?.imageUrl ?? "").pathname);
    expect(answer.headers.get("content-type")).toBe("image/svg+xml");
    expect(await answer.text()).toStartWith("<svg ");
    expect((await one.get("/images/No..such.svg")).status).toBe(404);
  });

  test("counts the active products of each category", async () => {
    const { data } = (await (await one.get("/v1/categories?limit=100")).json()) as CategoryPage;
    const books = seeds.filter(({ category }) => category.slug === "toys").length;
    expect(data.find(({ slug }) => slug === "toys")).toEqual({ slug: "toys", name: "Toys", productCount: books });
    expect(data.map(({ name }) => name)).toEqual(data.map(({ name }) => name).toSorted());
  });
});

describe("a walk through a list", () => {
  for (const sort of ["newest", "price", "-price", "name"])
    test(`by ${sort} shows each product once, whatever comes in meanwhile`, async () => {
      const walked = await walk(`/v1/products?limit=100&sort=${sort}`, () =>
        createProduct(one, { name: `Meanwhile ${sort}` }),
      );
      const seeded = walked.filter(({ metadata }) => metadata.range);
      expect(seeded).toHaveLength(1000);
      expect(new Set(walked.map(({ id }) => id)).size).toBe(walked.length);
      const keys = seeded.map((product) => (sort === "name" ? product.name : product.price.amount));
      if (sort === "price") expect(keys).toEqual(keys.toSorted((a, b) => Number(a) - Number(b)));
      if (sort === "-price") expect(keys).toEqual(keys.toSorted((a, b) => Number(b) - Number(a)));
      if (sort === "name") expect(keys).toEqual(keys.toSorted());
      if (sort === "newest") expect(seeded[0]?.id).toBe(seeds.at(-1)?.id ?? "");
    });

  test("keeps to its category, price and stock", async () => {
    const found = await walk(
      "/v1/products?limit=50&category=toys&minPrice=2000&maxPrice=3000&available=true&sort=price",
    );
    const wanted = seeds.filter(
      ({ category, variants }) =>
        category.slug === "toys" &&
        lowest(variants) >= 2000 &&
        lowest(variants) <= 3000 &&
        variants.some(({ stock }) => stock > 0),
    );
    expect(found.map(({ id }) => id).toSorted()).toEqual(wanted.map(({ id }) => id).toSorted());
  });

  test("ends where its cursor is damaged, or belongs to other filters", async () => {
    const { nextCursor } = await readPage(one, "/v1/products?limit=5&category=toys");
    const cursor = encodeURIComponent(nextCursor ?? "");
    expect((await one.get(`/v1/products?limit=9&category=toys&utm_source=mail&cursor=${cursor}`)).status).toBe(200);
    await refused(await one.get(`/v1/products?limit=5&category=books&cursor=${cursor}`), 400, "cursor-invalid");
    await refused(await one.get("/v1/products?cursor=%00spoilt"), 400, "cursor-invalid");
  });

  test("reads one partition of cards by one index, on the empty and on the full schema", async () => {
    for (const plan of [...plansWhenEmpty, ...(await plansOfCategoryPages())]) {
      const scans = plan.filter((line) => /Scan .*on cards_\d/.test(line));
      expect(scans).toHaveLength(1);
      expect(scans[0]).toContain("Index");
      expect(plan.filter((line) => /-> {2}(Seq Scan|Sort|Hash)/.test(line))).toEqual([]);
    }
  });
});

async function walk(path: string, meanwhile?: () => Promise<unknown>): Promise<Product[]> {
  const seen: Product[] = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const answer = await one.get(next);
    const { data, nextCursor } = (await answer.json()) as ProductPage;
    seen.push(...data);
    await meanwhile?.();
    next = nextCursor === null ? undefined : /^<(.+)>; rel="next"$/.exec(answer.headers.get("link") ?? "")?.[1];
    if (nextCursor === null) expect(answer.headers.get("link")).toBeNull();
  }
  return seen;
}

const lowest = (variants: readonly { price: { amount: number } }[]) =>
  Math.min(...variants.map(({ price }) => price.amount));

async function plansOfCategoryPages(): Promise<string[][]> {
  const handle = one.deps.databases.of("catalog").primary();
  const plans = Object.entries(productsBehind).map(async ([order, { ofCategory }]) => {
    const { sql: text, params } = ofCategory(handle).getQuery();
    const [value, id] = productOrders[order as ProductOrder].start;
    const given: Record<string, unknown> = {
      category: "toys",
      value,
      id,
      minPrice: 0,
      maxPrice: 1e12,
      onlyAvailable: false,
      limit: 21,
    };
    const literals = params.map((param) => `'${param instanceof Placeholder ? given[param.name] : param}'`).join(", ");
    return await handle.sql.begin(async (tx) => {
      await tx.unsafe(`prepare listed as ${text}`);
      const rows = await tx.unsafe(`explain (costs off) execute listed(${literals})`);
      await tx.unsafe("deallocate listed");
      return rows.map((row) => String(row["QUERY PLAN"]));
    });
  });
  return await Promise.all(plans);
}
