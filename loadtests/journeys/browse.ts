// A visitor leafs through the catalog, filters by a category and opens a product, and again from their own cache.
import { check } from "k6";
import { Rate } from "k6/metrics";
import type { Options } from "k6/options";
import { type Page, type Product, pick } from "../lib/catalog.ts";
import { get, json, verify } from "../lib/client.ts";
import { seedDraws } from "../lib/draws.ts";
import { steady } from "../lib/load.ts";
import { readingThresholds, trendStats } from "../lib/thresholds.ts";

const PAGES_MAX = 3;

export const options: Options = {
  scenarios: steady(6),
  thresholds: readingThresholds,
  summaryTrendStats: trendStats,
};

const notModified = new Rate("not_modified");

export default function browse() {
  seedDraws();
  const product = pick(leaf());
  byCategory();
  if (product === undefined) return;
  const etag = open(product);
  if (etag !== undefined) openAgain(product, etag);
}

/** Reads up to three pages by cursor; what it saw comes exactly once. */
function leaf(): Product[] {
  const seen: Product[] = [];
  let cursor: string | null = "";
  for (let page = 0; page < PAGES_MAX && cursor !== null; page += 1) {
    const path: string = cursor === "" ? "/v1/products" : `/v1/products?cursor=${encodeURIComponent(cursor)}`;
    const answer = get(path, { name: "GET /v1/products" });
    if (!verify(answer, { "page is read": () => answer.status === 200 })) return seen;
    const { data, nextCursor } = json<Page<Product>>(answer);
    seen.push(...data);
    cursor = nextCursor;
  }
  check(seen, {
    "the catalog has products": () => seen.length > 0,
    "no product comes twice": () => new Set(seen.map(({ id }) => id)).size === seen.length,
  });
  return seen;
}

function byCategory(): void {
  const answer = get("/v1/categories", { name: "GET /v1/categories" });
  if (!verify(answer, { "categories are read": () => answer.status === 200 })) return;
  const category = pick(json<Page<{ slug: string }>>(answer).data)?.slug;
  if (category === undefined) return;
  const list = get(`/v1/products?category=${category}`, { name: "GET /v1/products?category=" });
  verify(list, {
    "only that category is listed": () =>
      list.status === 200 && json<Page<Product>>(list).data.every((product) => product.category === category),
  });
}

function open({ id }: Product): string | undefined {
  const answer = get(`/v1/products/${id}`, { name: "GET /v1/products/:id" });
  const etag = answer.headers.Etag;
  verify(answer, { "product has an ETag": () => answer.status === 200 && etag !== undefined });
  return etag;
}

/** By slug, and by id with the ETag: 304, or 200 with another ETag where the product has changed since. */
function openAgain({ id, slug }: Product, etag: string): void {
  const bySlug = get(`/v1/products/${slug}`, { name: "GET /v1/products/:slug" });
  verify(bySlug, { "slug leads to the product": () => bySlug.status === 200 && json<Product>(bySlug).id === id });
  const again = get(`/v1/products/${id}`, { name: "GET /v1/products/:id (304)", headers: { "If-None-Match": etag } });
  notModified.add(again.status === 304);
  verify(again, {
    "ETag saves the body": () =>
      again.status === 304 ? !again.body : again.status === 200 && again.headers.Etag !== etag,
  });
}
