import type { Image, Variant } from "../../../db/schema/catalog.ts";
import { sha256 } from "../../platform/hash.ts";
import { rfc3339 } from "../../shared/times.ts";
import { pictureOf } from "./picture.ts";
import type { ProductRow } from "./queries.ts";
import type { Product } from "./schemas.ts";

/** A product as the contract shows it. */
export function presentProduct(row: ProductRow, publicUrl: string): Product {
  const images = picturesOf(row).map(({ url, alt }) => ({ url: absolute(url, publicUrl), alt }));
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    description: row.description,
    category: row.category,
    images,
    imageUrl: images[0]?.url ?? "",
    price: { amount: row.priceAmount, currency: row.currency },
    variants: [...row.variants],
    metadata: row.metadata,
    status: row.status,
    version: row.version,
    updatedAt: rfc3339(row.updatedAt),
  };
}

/** `"<version>.<digest of the availability hints>"`: a hint changes the bytes but not the version. */
export function productEtag({ version, variants }: ProductRow): string {
  return `"${version}.${digestOf(variants)}"`;
}

/** Pictures that this server makes are stored as paths, so that they outlive a change of the public URL. */
export function storedImages(images: readonly Image[], publicUrl: string): Image[] {
  return images.map(({ url, alt }) => ({
    url: url.startsWith(`${publicUrl}/`) ? url.slice(publicUrl.length) : url,
    alt,
  }));
}

function picturesOf({ images, slug, name }: ProductRow): readonly Image[] {
  return images.length > 0 ? images : [{ url: pictureOf(slug), alt: name }];
}

function absolute(url: string, publicUrl: string): string {
  return url.startsWith("/") ? publicUrl + url : url;
}

function digestOf(variants: readonly Variant[]): string {
  return sha256(variants.map(({ available }) => (available ? 1 : 0)).join("")).slice(0, 8);
}
