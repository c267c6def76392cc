import { describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { type Answer, adminToken, call, eventually, newUser, placeOrder } from "../../../tests/support/client.ts";
import { openShop } from "../../../tests/support/shop.ts";

interface Line {
  readonly slug: string;
  readonly variants: readonly { readonly sku: string; readonly [field: string]: unknown }[];
  readonly [field: string]: unknown;
}

function line(fields: object = {}, variant: object = {}): Line {
  const tag = randomUUID();
  const variants = [{ sku: `IMP-${tag}`, name: "One", price: { amount: 100, currency: "USD" }, ...variant }];
  return {
    slug: `imported-${tag.slice(0, 18)}`,
    name: "Imported",
    description: "",
    category: "books",
    variants,
    ...fields,
  };
}

/** Sends lines, or texts as they are, in pieces of any length. */
async function send(lines: readonly (object | string)[], pieceLength = 1000): Promise<Answer> {
  const { url } = await openShop();
  const text = lines.map((one) => (typeof one === "string" ? one : JSON.stringify(one))).join("\n");
  const bytes = new TextEncoder().encode(text);
  let from = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: (stream) => {
      if (from >= bytes.length) return stream.close();
      stream.enqueue(bytes.slice(from, from + pieceLength));
      from += pieceLength;
    },
  });
  const headers = { Authorization: `Bearer ${await adminToken()}`, "Content-Type": "application/x-ndjson" };
  const response = await fetch(`${url}/v1/products/imports`, { method: "POST", headers, body });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

const slugOf = ({ type }: { type: string }) => type.split("/").at(-1);
const strong = { "Read-Consistency": "strong" };
const read = async (slug: string) => (await call("GET", `/v1/products/${slug}`, { headers: strong })).body;

describe("an import", () => {
  test("creates what is new, replaces what differs, and leaves what is the same", async () => {
    const [a, b] = [line(), line({ metadata: { shelf: "9" }, images: [{ url: "/images/a.svg", alt: "A" }] })];
    expect((await send([a, b])).body).toEqual({ created: 2, updated: 0, unchanged: 0, failed: [], failedCount: 0 });
    expect((await send([a, b])).body).toMatchObject({ created: 0, updated: 0, unchanged: 2 });
    expect((await send([{ ...a, name: "Renamed" }, b])).body).toMatchObject({ updated: 1, unchanged: 1 });
    expect(await read(a.slug)).toMatchObject({ name: "Renamed", version: 2 });
    expect(await read(b.slug)).toMatchObject({ metadata: { shelf: "9" }, version: 1 });
  });

  test("makes the product of the id that a line names, also by a new slug", async () => {
    const id = randomUUID();
    const one = line({ id });
    await send([one]);
    expect((await read(id)).slug).toBe(one.slug);
    const slug = `${one.slug}-again`;
    expect((await send([{ ...one, slug }])).body.updated).toBe(1);
    expect((await read(slug)).id).toBe(id);
  });

  test("refuses a bad line alone, and says which and why", async () => {
    const taken = line();
    await send([taken]);
    const lines = [
      line(),
      "{bad",
      "",
      "[]",
      line({ slug: "No Slug" }),
      line({}, { price: { amount: 1, currency: "EUR" } }),
      line({ id: randomUUID(), slug: taken.slug }),
      line({}, { sku: taken.variants[0]?.sku }),
      `{"slug":"${"a".repeat(70_000)}"}`,
      line(),
    ];
    const { status, body } = await send(lines, 97);
    expect(status).toBe(200);
    expect(body).toMatchObject({ created: 2, updated: 0, unchanged: 0, failedCount: 7 });
    expect(
      body.failed.map(({ line: number, problem }: { line: number; problem: { type: string } }) => [
        number,
        slugOf(problem),
      ]),
    ).toEqual([
      [2, "malformed-request"],
      [4, "invalid-request"],
      [5, "invalid-request"],
      [6, "currency-mismatch"],
      [7, "slug-taken"],
      [8, "sku-taken"],
      [9, "body-too-large"],
    ]);
    expect(body.failed[2].problem.errors).toEqual([{ path: "slug", message: expect.any(String) }]);
  });

  test("does lines about one thing in their order, the last one standing", async () => {
    const one = line();
    const [freed, next] = [one.slug, `${one.slug}-2`];
    const id = randomUUID();
    const { body } = await send([
      { ...one, id },
      { ...one, id, name: "Second" },
      { ...one, id, name: "Third", slug: next },
      line({ slug: freed }),
    ]);
    expect(body).toMatchObject({ created: 2, updated: 2, failedCount: 0 });
    expect(await read(id)).toMatchObject({ name: "Third", slug: next, version: 3 });
  });

  test("sent twice at once takes effect once", async () => {
    const lines = Array.from({ length: 300 }, () => line());
    const reports = await Promise.all([send(lines), send(lines.toReversed()), send(lines)]);
    const created = reports.reduce((sum, { body }) => sum + body.created, 0);
    const failed = reports.flatMap(({ body }) => body.failed);
    expect([created, failed]).toEqual([300, []]);
    const { sql } = await openShop();
    const [row] = await sql`
      select count(*)::int as count, max(version) as version from catalog.products where slug = any(${lines.map(({ slug }) => slug)})`;
    expect([row?.count, row?.version]).toEqual([300, 1]);
  });

  test("opens the stock of new SKUs, and counts nothing again that has been sold since", async () => {
    const one = line({}, { onHand: 3 });
    const sku = one.variants[0]?.sku ?? "";
    await send([one]);
    const token = await adminToken();
    expect((await call("GET", `/v1/stock/${sku}`, { token })).body).toMatchObject({ onHand: 3, available: 3 });
    await eventually(async () => (await read(one.slug)).variants[0].available);
    const buyer = await newUser();
    await eventually(async () => (await placeOrder(buyer.token, [[sku, 1]])).status === 201);
    expect((await send([one])).body.unchanged).toBe(1);
    expect((await call("GET", `/v1/stock/${sku}`, { token })).body).toMatchObject({ onHand: 3, available: 2 });
  });

  test("is found by a search, in its list and for sale", async () => {
    const word = `w${randomUUID().slice(0, 8)}`;
    const one = line({ name: `Found ${word}`, category: `category-${word}` });
    await send([one]);
    const listed = async (query: string) =>
      (await call("GET", `/v1/products?${query}`, { headers: strong })).body.data.length;
    expect([await listed(`q=${word}`), await listed(`category=category-${word}`)]).toEqual([1, 1]);
    const { sql } = await openShop();
    await eventually(
      async () =>
        (await sql`select from orders.prices where sku = ${one.variants[0]?.sku ?? ""} and active`).length === 1,
    );
  });

  test("takes nothing but JSON lines", async () => {
    const token = await adminToken();
    const { status, body } = await call("POST", "/v1/products/imports", { token, body: line() });
    expect([status, slugOf(body)]).toEqual([415, "unsupported-media-type"]);
  });
});
