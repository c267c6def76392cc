import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { bodyOf, createProduct, readPage, refused, within } from "../../../tests/support/catalog-requests.ts";
import { type CatalogInstance, type CatalogShop, startCatalogShop } from "../../../tests/support/catalog-shop.ts";
import type { Event } from "../../contracts/events.ts";
import type { Scope } from "../../platform/scope.ts";
import { rememberAvailability } from "./on-stock-changed.ts";
import type { Product } from "./schemas.ts";

let shop: CatalogShop;
let one: CatalogInstance;
let other: CatalogInstance;

beforeAll(async () => {
  shop = await startCatalogShop();
  [one, other] = await Promise.all([shop.start(), shop.start()]);
}, 60_000);
afterAll(() => shop.close(), 60_000);

describe("a product", () => {
  test("is answered by id and by slug, and as not modified to who has it", async () => {
    const { id, slug } = await createProduct(one);
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
    const [a, b, gone] = [await createProduct(one), await createProduct(one), await createProduct(one)];
    expect((await one.write("DELETE", `/v1/products/${gone.id}`)).status).toBe(204);
    const ids = [b.id, crypto.randomUUID(), gone.id, a.id].join(",");
    const { data, nextCursor } = await readPage(one, `/v1/products?limit=1&ids=${ids}`, {
      "Read-Consistency": "strong",
    });
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
    await createProduct(one, {}, id);
    expect((await one.get(`/v1/products/${id}`)).status).toBe(200);
    await within(2000, async () => (await other.get(`/v1/products/${id}`)).status === 200);
  });

  test("is read past every cache by who asks for more than eventual, or brings a token", async () => {
    const { id } = await createProduct(one);
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
    const { id, slug } = await createProduct(one, {
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
    const { id } = await createProduct(one);
    const change = (name: string) => one.write("PUT", `/v1/products/${id}`, bodyOf({ name }), { "If-Match": '"1"' });
    const statuses = (await Promise.all([change("One"), change("Two"), change("Three")])).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([200, 412, 412]);
  });

  test("is refused what another product has, and another currency", async () => {
    const taken = await createProduct(one);
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
    const { id, variants } = await createProduct(one, { category });
    expect((await one.write("DELETE", `/v1/products/${id}`)).status).toBe(204);
    await refused(await one.write("DELETE", `/v1/products/${id}`), 404, "not-found");
    for (const instance of [one, other])
      await within(2000, async () => (await instance.get(`/v1/products/${id}`)).status === 404);
    expect((await readPage(one, `/v1/products?category=${category}`)).data).toEqual([]);
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
    const { id } = await createProduct(one, { category: from });
    expect((await one.write("PUT", `/v1/products/${id}`, bodyOf({ category: to }), { "If-Match": "*" })).status).toBe(
      200,
    );
    expect((await readPage(one, `/v1/products?category=${from}`)).data).toEqual([]);
    expect((await readPage(one, `/v1/products?category=${to}`)).data.map((product) => product.id)).toEqual([id]);
  });
});

describe("the hint that a variant is in stock", () => {
  test("follows inventory's events in any order, and changes the ETag but not the version", async () => {
    const { id, variants } = await createProduct(one);
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
    const { id, variants } = await createProduct(one, {
      variants: [{ sku, name: "Early", price: { amount: 5, currency: "USD" } }],
    });
    expect(variants[0]?.available).toBe(true);
    const changed = await one.write("PUT", `/v1/products/${id}`, bodyOf({ variants }), { "If-Match": '"1"' });
    expect(((await changed.json()) as Product).variants[0]?.available).toBe(true);
  });
});

test("with Redis away every read and write goes on, and changes show within 2 s", async () => {
  const alone = await shop.start({ UPSTASH_REDIS_REST_URL: "http://127.0.0.1:9" });
  const { id, slug, category } = await createProduct(one);
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
