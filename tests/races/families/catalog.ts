import { randomUUID } from "node:crypto";
import type { OwnInstance, OwnShop } from "../../support/own-shop.ts";
import { brief, type Family, family, send, sent } from "../family.ts";

interface Sold {
  readonly id: string;
  readonly tag: string;
  readonly adminToken: string;
}

const bodyOf = ({ tag }: Sold, name: string, more: object = {}) => ({
  slug: `race-${tag}`,
  name,
  description: "",
  category: `race-${tag}`,
  variants: [{ sku: `R-${tag}`, name: "V", price: { amount: 1000, currency: "USD" } }],
  ...more,
});

const put = async ({ adminToken }: Sold, at: OwnInstance, id: string, body: object, ifMatch?: string) =>
  brief(
    await send(at, `PUT /v1/products/${id}`, {
      token: adminToken,
      body,
      headers: ifMatch === undefined ? {} : { "If-Match": ifMatch },
    }),
    ({ version, name }) => [version, name],
  );

const importOf = async ({ adminToken }: Sold, at: OwnInstance, line: object) => {
  const path = "/v1/products/imports";
  sent.add(`POST ${path}`);
  const answer = await fetch(at.url + path, {
    method: "POST",
    headers: { Authorization: `Bearer ${adminToken}`, "Content-Type": "application/x-ndjson" },
    body: JSON.stringify(line),
  });
  const { created, updated, unchanged, failed } = (await answer.json()) as Record<string, unknown> & {
    failed?: { problem: { type: string } }[];
  };
  const problems = failed?.map(({ problem }) => problem.type.split("/").at(-1));
  return `${answer.status} ${JSON.stringify({ created, updated, unchanged, problems })}`;
};

const newNames = async ({ adminToken }: OwnShop): Promise<Sold> => ({
  id: randomUUID(),
  tag: randomUUID().slice(-12),
  adminToken,
});

async function observe({ sql }: OwnShop, { tag }: Sold) {
  const products = await sql`
    select name, status, version, replace(slug, ${tag}, '') as slug, price_amount::int as price from catalog.products where slug like ${`%${tag}`} order by name`;
  const cards =
    await sql`select name, price_amount::int as price from catalog.cards where category like ${`%${tag}`} order by name`;
  const prices = await sql`
    select p.name, p.amount::int, p.active from orders.prices p where sku = ${`R-${tag}`} order by 1, 2, 3`;
  const [owner] = await sql`
    select p.name from catalog.skus s join catalog.products p on p.id = s.product_id where s.sku = ${`R-${tag}`}`;
  return { products: [...products], cards: [...cards], prices: [...prices], owner };
}

const selling = family<Sold>(
  "a product on sale",
  async (shop) => {
    const sold = await newNames(shop);
    await put(sold, shop.instances[0], sold.id, bodyOf(sold, "First"));
    return sold;
  },
  {
    "put at version 1": (sold, at) => put(sold, at, sold.id, bodyOf(sold, `Put ${at.side}`), '"1"'),
    "put without a version": (sold, at) => put(sold, at, sold.id, bodyOf(sold, `Blind ${at.side}`)),
    "put withdrawn at version 1": (sold, at) =>
      put(sold, at, sold.id, bodyOf(sold, `Gone ${at.side}`, { status: "withdrawn" }), '"1"'),
    "put another price": (sold, at) =>
      put(
        sold,
        at,
        sold.id,
        bodyOf(sold, "Priced", {
          variants: [{ sku: `R-${sold.tag}`, name: "V", price: { amount: 2000, currency: "USD" } }],
        }),
        "*",
      ),
    "put in another category": (sold, at) =>
      put(sold, at, sold.id, bodyOf(sold, "Moved", { category: `moved-${sold.tag}` }), "*"),
    withdraw: async ({ id, adminToken }, at) =>
      brief(await send(at, `DELETE /v1/products/${id}`, { token: adminToken })),
    "withdraw at version 1": async ({ id, adminToken }, at) =>
      brief(await send(at, `DELETE /v1/products/${id}`, { token: adminToken, headers: { "If-Match": '"1"' } })),
    import: (sold, at) => importOf(sold, at, { id: sold.id, ...bodyOf(sold, `Imported ${at.side}`) }),
    "take its SKU": (sold, at) => put(sold, at, randomUUID(), bodyOf(sold, "Thief", { slug: `thief-${sold.tag}` })),
  },
  observe,
);

const beginning = family<Sold>(
  "a product that is not there yet",
  newNames,
  {
    put: (sold, at) => put(sold, at, sold.id, bodyOf(sold, `Put ${at.side}`)),
    "put under another id": (sold, at) => put(sold, at, randomUUID(), bodyOf(sold, `Other ${at.side}`)),
    "put another slug with its SKU": (sold, at) =>
      put(sold, at, randomUUID(), bodyOf(sold, `Thief ${at.side}`, { slug: `thief-${at.side}-${sold.tag}` })),
    "put its slug with another SKU": (sold, at) =>
      put(
        sold,
        at,
        randomUUID(),
        bodyOf(sold, `Double ${at.side}`, {
          variants: [{ sku: `D-${at.side}-${sold.tag}`, name: "V", price: { amount: 1000, currency: "USD" } }],
        }),
      ),
    import: (sold, at) => importOf(sold, at, bodyOf(sold, "Imported")),
    "import under its id": (sold, at) => importOf(sold, at, { id: sold.id, ...bodyOf(sold, `Named ${at.side}`) }),
  },
  observe,
);

export const catalogFamilies: readonly Family[] = [selling, beginning];
