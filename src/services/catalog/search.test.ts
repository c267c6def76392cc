import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { bodyOf, createProduct, readPage, refused } from "../../../tests/support/catalog-requests.ts";
import { type CatalogInstance, type CatalogShop, startCatalogShop } from "../../../tests/support/catalog-shop.ts";

let shop: CatalogShop;
let one: CatalogInstance;

beforeAll(async () => {
  shop = await startCatalogShop();
  one = await shop.start();
}, 60_000);
afterAll(() => shop.close(), 60_000);

const strong = { "Read-Consistency": "strong" };
const found = async (query: string) => (await readPage(one, `/v1/products?${query}`, strong)).data;
const namesOf = async (query: string) => (await found(query)).map(({ name }) => name);

const priced = (sku: string, amount: number) => [{ sku, name: "V", price: { amount, currency: "USD" } }];

describe("a search", () => {
  test("finds what has each word, or one that begins with it, in its name, description or SKU", async () => {
    const sku = `Kettle.${crypto.randomUUID().slice(0, 8)}_Z9`;
    const { id } = await createProduct(one, {
      name: "Émaille Teapot",
      description: "Keeps warm: for hours!",
      variants: priced(sku, 100),
    });
    for (const q of ["teapot", "TEAP", "émaille tea", "hours teapot", "warm ho", sku, "kettle z9 emai".slice(0, 9)])
      expect((await found(`q=${encodeURIComponent(q)}`)).map((product) => product.id)).toEqual([id]);
    for (const q of ["eapot", "teapot cold", "teapots"]) expect(await found(`q=${encodeURIComponent(q)}`)).toEqual([]);
  });

  test("takes what has no word for a list, and nothing for an operator", async () => {
    expect(await namesOf("q=%20--%20&limit=5")).toEqual(await namesOf("limit=5"));
    await createProduct(one, { name: "Operand" });
    for (const q of ["operand | nothing", "!operand", "operand & <-> ('", "operand:*", "operand\\"])
      expect((await one.get(`/v1/products?q=${encodeURIComponent(q)}`)).status).toBe(200);
    expect(await namesOf("q=operand%3A*")).toEqual(["Operand"]);
    await refused(await one.get("/v1/products?q=a%00b"), 422, "invalid-request");
    await refused(await one.get(`/v1/products?q=${"a".repeat(201)}`), 422, "invalid-request");
    await refused(await one.get("/v1/products?sort=relevance"), 422, "invalid-request");
  });

  test("shows first what has the word in its name, unless asked for another order", async () => {
    await createProduct(one, { name: "A Box", description: "Holds a zephyrine.", variants: priced("ZEPH-1", 300) });
    await createProduct(one, { name: "Zephyrine", description: "A box.", variants: priced("ZEPH-2", 200) });
    expect(await namesOf("q=zephyrine")).toEqual(["Zephyrine", "A Box"]);
    expect(await namesOf("q=zephyrine&sort=name")).toEqual(["A Box", "Zephyrine"]);
    expect(await namesOf("q=zephyrine&sort=-price")).toEqual(["A Box", "Zephyrine"]);
    expect(await namesOf("q=zephyrine&sort=price")).toEqual(["Zephyrine", "A Box"]);
    expect(await namesOf("q=zephyrine&sort=newest")).toEqual(["Zephyrine", "A Box"]);
    expect(await namesOf("q=zephyrine&maxPrice=250")).toEqual(["Zephyrine"]);
    expect(await namesOf("q=zephyrine&available=true")).toEqual([]);
    expect(await namesOf("q=zephyrine&category=nothing")).toEqual([]);
  });

  for (const sort of ["relevance", "newest", "price", "-price", "name"])
    test(`walked by ${sort} shows each product once, whatever comes in meanwhile`, async () => {
      const word = `walk${sort.replace("-", "down")}`;
      const made: string[] = [];
      for (let n = 0; n < 12; n++) {
        const variants = priced(`${word}-${n}`, 100 + (n % 3));
        made.push(
          (await createProduct(one, { name: `${n % 2 ? word : "Other"} ${n % 4}`, description: word, variants })).id,
        );
      }
      const seen: string[] = [];
      for (let next: string | null = ""; next !== null; ) {
        const page = await readPage(one, `/v1/products?q=${word}&sort=${sort}&limit=5${next}`, strong);
        seen.push(...page.data.map(({ id }) => id));
        next = page.nextCursor === null ? null : `&cursor=${encodeURIComponent(page.nextCursor)}`;
        await createProduct(one, { name: `${word} meanwhile` });
      }
      expect(new Set(seen).size).toBe(seen.length);
      for (const id of made) expect(seen).toContain(id);
    });

  test("gives a cursor that belongs to its words", async () => {
    for (let n = 0; n < 2; n++) await createProduct(one, { name: "Cursorial" });
    const { nextCursor } = await readPage(one, "/v1/products?q=cursorial&limit=1", strong);
    const cursor = encodeURIComponent(nextCursor ?? "");
    await refused(await one.get(`/v1/products?q=cursor&limit=1&cursor=${cursor}`), 400, "cursor-invalid");
  });

  test("forgets a withdrawn product and hears of a new name", async () => {
    const { id } = await createProduct(one, { name: "Quokka" });
    await one.write("PUT", `/v1/products/${id}`, { ...bodyOf(), name: "Numbat" }, { "If-Match": '"1"' });
    expect(await namesOf("q=quokka")).toEqual([]);
    expect(await namesOf("q=numbat")).toEqual(["Numbat"]);
    await one.write("DELETE", `/v1/products/${id}`);
    expect(await namesOf("q=numbat")).toEqual([]);
  });
});
