import { type Ages, utf8, type Value } from "../../platform/cache/value.ts";
import { sha256 } from "../../platform/hash.ts";
import { presentProduct, productEtag } from "./product.ts";
import type { ProductRow } from "./queries.ts";

/** A change is published at once; should that be lost, it shows after the hard age. */
const productAges: Ages = { softMs: 5_000, hardMs: 60_000, keepMs: 600_000 };
/** Nothing is published to lists: their hard age is the bound that api.md, rule 7, sets for a change. */
const listAges: Ages = { softMs: 1_000, hardMs: 2_000, keepMs: 600_000 };
/** Long enough to outlive the lag of a replica that has not heard of a withdrawal yet. */
const missingAges: Ages = { softMs: 1_000, hardMs: 5_000, keepMs: 10_000 };

export const productKey = (id: string): string => `product:${id}`;
export const slugKey = (slug: string): string => `slug:${slug}`;

export function productValue(row: ProductRow | undefined, publicUrl: string): Value {
  if (row === undefined || row.status === "withdrawn") return missing(row?.revision ?? 0);
  return {
    found: true,
    body: utf8(JSON.stringify(presentProduct(row, publicUrl))),
    etag: productEtag(row),
    version: row.revision,
    ages: productAges,
  };
}

/** Which product a slug names now: its id. */
export function slugValue(row: Pick<ProductRow, "id"> | undefined): Value {
  if (row === undefined) return missing(0);
  return { found: true, body: utf8(row.id), etag: "", version: 0, ages: listAges };
}

export function listValue(body: unknown, link: string | undefined): Value {
  const text = JSON.stringify(body);
  const etag = `"${sha256(text).slice(0, 22)}"`;
  return { found: true, body: utf8(text), etag, version: 0, ages: listAges, ...(link === undefined ? {} : { link }) };
}

function missing(version: number): Value {
  return { found: false, body: utf8(""), etag: "", version, ages: missingAges };
}
