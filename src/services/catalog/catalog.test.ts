import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Placeholder } from "drizzle-orm";
import { seedCatalog } from "../../../db/seed/catalog.ts";
import { seedProducts } from "../../../db/seed/products.ts";
import { type CatalogInstance, type CatalogShop, startCatalogShop } from "../../../tests/support/catalog-shop.ts";
import type { Event } from "../../contracts/events.ts";
import type { Scope } from "../../platform/scope.ts";
import { type ProductOrder, productOrders, productsBehind } from "./list-statements.ts";
import { rememberAvailability } from "./on-stock-changed.ts";
import type { CategoryPage, Product, ProductPage } from "./schemas.ts";

const seeds = seedProducts("USD");
let shop: CatalogShop;
let one: CatalogInstance;
let other: CatalogInstance;
let plansWhenEmpty: string[][];

beforeAll(async () => {
  shop = await startCatalogShop();
  [one, other] = await Promise.all([shop.start(), shop.start()]);
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
    const [product] = (await page("/v1/products?limit=1")).data;
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
      const walked = await walk(`/v1/products?limit=100&sort=${sort}`, () => put({ name: `Meanwhile ${sort}` }));
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
    const { nextCursor } = await page("/v1/products?limit=5&category=toys");
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

describe("a product", () => {
  test("is answered by id and by slug, and as not modified to who has it", async () => {
    const { id, slug } = await put();
    const answer = await other.get(`/v1/products/${id}`);
    const etag = answer.headers.get("etag") ?? "";
    expect(etag).toMatch(/^"1\.[\w-]+"$/);
    expect(answer.headers.get("cache-control")).toContain("stale-while-revalidate");
    expect(answer.headers.get("set-cookie")).toBeNull();
    expect(answer.headers.get("consistency-token")).toBeNull();
    const product = (await answer.json()) as Product;
    expect((await (await other.get(`/v1/products/${slug}`)).json()) as Product).toEqual(product);
    expect((await (await other.get(`/v1/products/${id.toUpperCase()}`)).json()) as Product).toEqual(product);
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`, "*"]) {
      const unchanged = await other.get(`/v1/products/${id}`, { "If-None-Match": known });
      expect([unchanged.status, await unchanged.text(), unchanged.headers.get("etag")]).toEqual([304, "", etag]);
    }
    const head = await other.head(`/v1/products/${id}`);
    expect([head.status, await head.text(), head.headers.get("etag")]).toEqual([200, "", etag]);
  });

  test("is answered in a batch in the order asked, unknown and withdrawn ones left out", async () => {
    const [a, b, gone] = [await put(), await put(), await put()];
    expect((await one.write("DELETE", `/v1/products/${gone.id}`)).status).toBe(204);
    const ids = [b.id, crypto.randomUUID(), gone.id, a.id].join(",");
    const { data, nextCursor } = await page(`/v1/products?limit=1&ids=${ids}`, { "Read-Consistency": "strong" });
    expect([data.map(({ id }) => id), nextCursor]).toEqual([[b.id, a.id], null]);
    await refused(await one.get("/v1/products?ids=1,2"), 422, "invalid-request");
  });

  test("that is not there is a 404 that caches keep for 5 s, and shows at once when it is made", async () => {
    const id = crypto.randomUUID();
    for (const instance of [one, other]) {
      const answer = await instance.get(`/v1/products/${id}`);
      expect([answer.status, answer.headers.get("cache-control")]).toEqual([404, "public, max-age=5"]);
    }
    expect(await cacheStatus(one, id)).toContain("hit");
    await put({}, id);
    expect((await one.get(`/v1/products/${id}`)).status).toBe(200);
    await within(2000, async () => (await other.get(`/v1/products/${id}`)).status === 200);
  });

  test("is read past every cache by who asks for more than eventual, or brings a token", async () => {
    const { id } = await put();
    await shop.sql`update catalog.products set name = 'Behind the caches' where id = ${id}`;
    const fresher: Record<string, string>[] = [
      { "Read-Consistency": "strong" },
      { "Read-Consistency": "session" },
      { "Consistency-Token": "main:1:0/1" },
    ];
    for (const headers of fresher) {
      const answer = await one.get(`/v1/products/${id}`, headers);
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(((await answer.json()) as Product).name).toBe("Behind the caches");
    }
    expect(((await (await one.get(`/v1/products/${id}`)).json()) as Product).name).not.toBe("Behind the caches");
  });
});

describe("an admin", () => {
  test("creates a product under an id of his own, with its category, and tells of it", async () => {
    const category = `new-${crypto.randomUUID().slice(0, 8)}`;
    const id = crypto.randomUUID();
    const answer = await one.write("PUT", `/v1/products/${id}`, bodyOf({ category }));
    expect([answer.status, answer.headers.get("location")]).toEqual([201, `/v1/products/${id}`]);
    const product = (await answer.json()) as Product;
    expect(product).toMatchObject({
      id,
      category,
      status: "active",
      version: 1,
      price: { amount: 900, currency: "USD" },
    });
    expect(product.variants.map(({ available }) => available)).toEqual([false, false]);
    const [row] = await shop.sql`select name from catalog.categories where slug = ${category}`;
    expect(row?.name).toMatch(/^New [0-9A-Z]/);
    expect(await eventsOf(id)).toEqual([{ type: "product.changed", version: 1 }]);
  });

  test("changes it only from the version that he read; what GET gave can be PUT", async () => {
    const { id, slug } = await put({
      images: [
        { url: "http://shop.test/images/a.svg", alt: "A" },
        { url: "https://elsewhere.test/b.png", alt: "B" },
      ],
    });
    const read = (await (await one.get(`/v1/products/${id}`)).json()) as Product;
    const renamed = { ...read, name: "Renamed", slug: `${slug}-2` };
    await refused(await one.write("PUT", `/v1/products/${id}`, renamed), 428, "precondition-required");
    await refused(await one.write("PUT", `/v1/products/${id}`, renamed, { "If-Match": "x" }), 400, "header-invalid");
    const changed = await one.write("PUT", `/v1/products/${id}`, renamed, { "If-Match": 'W/"1.anything"' });
    expect(changed.status).toBe(200);
    expect((await changed.json()) as Product).toMatchObject({ name: "Renamed", version: 2, images: read.images });
    await refused(
      await one.write("PUT", `/v1/products/${id}`, read, { "If-Match": '"1"' }),
      412,
      "precondition-failed",
    );
    const unknown = `/v1/products/${crypto.randomUUID()}`;
    await refused(await one.write("PUT", unknown, bodyOf(), { "If-Match": '"1"' }), 412, "precondition-failed");
    for (const instance of [one, other])
      await within(
        2000,
        async () => (await nameOf(instance, id)) === "Renamed" && (await nameOf(instance, renamed.slug)) === "Renamed",
      );
    expect((await one.get(`/v1/products/${slug}`)).status).toBe(404);
    expect(await eventsOf(id)).toEqual([1, 2].map((version) => ({ type: "product.changed", version })));
  });

  test("of two changes from one version, one is refused", async () => {
    const { id } = await put();
    const change = (name: string) => one.write("PUT", `/v1/products/${id}`, bodyOf({ name }), { "If-Match": '"1"' });
    const statuses = (await Promise.all([change("One"), change("Two"), change("Three")])).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([200, 412, 412]);
  });

  test("is refused what another product has, and another currency", async () => {
    const taken = await put();
    const id = crypto.randomUUID();
    const attempt = (fields: object) => one.write("PUT", `/v1/products/${id}`, bodyOf(fields));
    await refused(await attempt({ slug: taken.slug }), 409, "slug-taken");
    await refused(await attempt({ variants: taken.variants }), 409, "sku-taken");
    const euros = [{ sku: `EUR-${id}`, name: "Euros", price: { amount: 1, currency: "EUR" } }];
    await refused(await attempt({ variants: euros }), 422, "currency-mismatch");
    await refused(await attempt({ surprise: 1 }), 422, "invalid-request");
    await refused(await attempt({ name: "a\u0000b" }), 422, "invalid-request");
    await refused(await attempt({ metadata: { "half \ud800": "" } }), 422, "invalid-request");
    await refused(await one.write("PUT", "/v1/products/no-uuid", bodyOf()), 404, "not-found");
    expect(await shop.sql`select 1 from catalog.skus where product_id = ${id}`).toHaveLength(0);
  });

  test("withdraws it: it is gone from reads and lists, its SKUs stay its own, and it can come back", async () => {
    const category = `gone-${crypto.randomUUID().slice(0, 8)}`;
    const { id, variants } = await put({ category });
    expect((await one.write("DELETE", `/v1/products/${id}`)).status).toBe(204);
    await refused(await one.write("DELETE", `/v1/products/${id}`), 404, "not-found");
    for (const instance of [one, other])
      await within(2000, async () => (await instance.get(`/v1/products/${id}`)).status === 404);
    expect((await page(`/v1/products?category=${category}`)).data).toEqual([]);
    await refused(
      await one.write("PUT", `/v1/products/${crypto.randomUUID()}`, bodyOf({ variants })),
      409,
      "sku-taken",
    );
    const back = await one.write("PUT", `/v1/products/${id}`, bodyOf({ category, variants }), { "If-Match": '"2"' });
    expect(back.status).toBe(200);
    expect((await one.get(`/v1/products/${id}`)).status).toBe(200);
    expect((await eventsOf(id)).map(({ type }) => type)).toEqual([
      "product.changed",
      "product.withdrawn",
      "product.changed",
    ]);
  });

  test("moves it to another category: it is listed there and nowhere else", async () => {
    const [from, to] = [`from-${crypto.randomUUID().slice(0, 8)}`, `to-${crypto.randomUUID().slice(0, 8)}`];
    const { id } = await put({ category: from });
    expect((await one.write("PUT", `/v1/products/${id}`, bodyOf({ category: to }), { "If-Match": "*" })).status).toBe(
      200,
    );
    expect((await page(`/v1/products?category=${from}`)).data).toEqual([]);
    expect((await page(`/v1/products?category=${to}`)).data.map((product) => product.id)).toEqual([id]);
  });
});

describe("the hint that a variant is in stock", () => {
  test("follows inventory's events in any order, and changes the ETag but not the version", async () => {
    const { id, variants } = await put();
    const sku = variants[0]?.sku ?? "";
    const before = (await one.get(`/v1/products/${id}`)).headers.get("etag");
    await hear(stockChanged(sku, true, 3), stockChanged(sku, false, 2));
    const answer = await one.get(`/v1/products/${id}`);
    const product = (await answer.json()) as Product;
    expect(product.variants.map(({ available }) => available)).toEqual([true, false]);
    expect([product.version, answer.headers.get("etag") === before]).toEqual([1, false]);
    await hear(stockChanged(sku, false, 1));
    expect(((await (await one.get(`/v1/products/${id}`)).json()) as Product).variants[0]?.available).toBe(true);
    await within(
      2000,
      async () => ((await (await other.get(`/v1/products/${id}`)).json()) as Product).variants[0]?.available === true,
    );
  });

  test("may come before the product, and outlives its changes", async () => {
    const sku = `EARLY-${crypto.randomUUID()}`;
    await hear(stockChanged(sku, true, 1));
    const { id, variants } = await put({ variants: [{ sku, name: "Early", price: { amount: 5, currency: "USD" } }] });
    expect(variants[0]?.available).toBe(true);
    const changed = await one.write("PUT", `/v1/products/${id}`, bodyOf({ variants }), { "If-Match": '"1"' });
    expect(((await changed.json()) as Product).variants[0]?.available).toBe(true);
  });
});

test("with Redis away every read and write goes on, and changes show within 2 s", async () => {
  const alone = await shop.start({ UPSTASH_REDIS_REST_URL: "http://127.0.0.1:9" });
  const { id, slug, category } = await put();
  const paths = [
    "/v1/products",
    `/v1/products?category=${category}`,
    `/v1/products/${id}`,
    `/v1/products/${slug}`,
    "/v1/categories",
  ];
  for (const path of paths) expect((await alone.get(path)).status).toBe(200);
  expect(await cacheStatus(alone, id)).toContain("detail=instance");
  expect(
    (await one.write("PUT", `/v1/products/${id}`, bodyOf({ name: "Elsewhere" }), { "If-Match": '"1"' })).status,
  ).toBe(200);
  await within(2000, async () => (await nameOf(alone, id)) === "Elsewhere");
  expect((await alone.write("PUT", `/v1/products/${crypto.randomUUID()}`, bodyOf())).status).toBe(201);
});

function bodyOf(fields: object = {}) {
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

async function put(fields: object = {}, id: string = crypto.randomUUID()): Promise<Product> {
  const answer = await one.write("PUT", `/v1/products/${id}`, bodyOf(fields));
  expect(answer.status).toBe(201);
  return (await answer.json()) as Product;
}

async function page(path: string, headers?: Record<string, string>): Promise<ProductPage> {
  const answer = await one.get(path, headers);
  expect(answer.status).toBe(200);
  return (await answer.json()) as ProductPage;
}

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

async function refused(answer: Response, status: number, slug: string): Promise<void> {
  const problem = (await answer.json()) as { type: string };
  expect([answer.status, problem.type]).toEqual([status, `http://shop.test/problems/${slug}`]);
}

async function cacheStatus(instance: CatalogInstance, id: string): Promise<string> {
  return (await instance.get(`/v1/products/${id}`)).headers.get("cache-status") ?? "";
}

async function nameOf(instance: CatalogInstance, idOrSlug: string): Promise<string> {
  return ((await (await instance.get(`/v1/products/${idOrSlug}`)).json()) as Product).name;
}

async function eventsOf(id: string) {
  const rows = await shop.sql`select type, version::int from events.outbox where key = ${id} order by version`;
  return rows.map(({ type, version }) => ({ type, version }));
}

const lowest = (variants: readonly { price: { amount: number } }[]) =>
  Math.min(...variants.map(({ price }) => price.amount));

async function within(ms: number, holds: () => Promise<boolean>): Promise<void> {
  const start = Date.now();
  while (!(await holds())) {
    if (Date.now() - start > ms) throw new Error(`Not within ${ms} ms.`);
    await Bun.sleep(50);
  }
}

function stockChanged(sku: string, available: boolean, version: number): Event<"stock.changed"> {
  const envelope = {
    id: crypto.randomUUID(),
    schema: 1,
    occurredAt: new Date().toISOString(),
    traceparent: null,
  } as const;
  return { ...envelope, type: "stock.changed", key: sku, version, data: { sku, available } };
}

async function hear(...events: Event<"stock.changed">[]): Promise<void> {
  const scope = { deps: one.deps } as Scope;
  await one.deps.databases
    .of("catalog")
    .primary()
    .sql.begin((tx) => rememberAvailability.apply(scope, tx, events));
  await rememberAvailability.afterwards?.(scope, events);
}

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
