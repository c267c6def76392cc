import { createHash } from "node:crypto";
import { derivedId } from "../../src/platform/hash.ts";
import { type Range, ranges } from "./product-ranges.ts";

interface SeedVariant {
  readonly sku: string;
  readonly name: string;
  readonly price: { readonly amount: number; readonly currency: string };
  readonly stock: number;
}

export interface SeedProduct {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  readonly category: { readonly slug: string; readonly name: string };
  readonly variants: readonly SeedVariant[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: string;
}

const count = 1_000;
const firstAt = Date.UTC(2026, 0, 5, 8);
const intervalMs = 6 * 3_600_000;

/** The shop's 1,000 products, the same on every run and machine. What looks random is a digest of the slug. */
export function seedProducts(currency: string): SeedProduct[] {
  return Array.from({ length: count }, (_, index) => {
    const range = ranges[index % ranges.length];
    if (!range) throw new Error("There are no ranges.");
    return productOf(range, index, Math.floor(index / ranges.length), currency);
  });
}

function productOf(range: Range, index: number, place: number, currency: string): SeedProduct {
  const thing = range.things[place % range.things.length];
  const style = range.styles[Math.floor(place / range.things.length) % range.styles.length];
  const name = `${style} ${thing}`;
  const slug = `${name} ${range.category}`.toLowerCase().replaceAll(" ", "-");
  const digest = createHash("sha256").update(slug).digest();
  const at = (byte: number) => (digest[byte] ?? 0) / 256;
  const number = String(index + 1).padStart(4, "0");
  const [lowest, highest] = range.prices;
  // Squared, since shops have more cheap things than dear ones; prices end in .00, .50 or .90 of their unit.
  const amount = Math.floor((lowest + (highest - lowest) * at(0) ** 2) / 100) * 100 + ([0, 50, 90][index % 3] ?? 0);
  const shown = range.variants.slice(0, 1 + Math.floor(at(1) * range.variants.length));
  return {
    id: derivedId("seed", "product", slug),
    slug,
    name,
    description: `${article(name)} ${name.toLowerCase()} from our ${range.name.toLowerCase()} range. ${range.praise}`,
    category: { slug: range.category, name: range.name },
    variants: shown.map((variant, n) => ({
      sku: `${range.code}-${number}-${n + 1}`,
      name: variant,
      price: { amount: Math.round(amount * (1 + n * 0.15)), currency },
      stock: stockOf(at(2 + n)),
    })),
    metadata: { range: range.code, style: String(style) },
    createdAt: new Date(firstAt + index * intervalMs).toISOString(),
  };
}

/** One variant in 25 is sold out, the rest have 40 to 400 units. */
function stockOf(share: number): number {
  return share < 0.04 ? 0 : Math.round(40 + share * 360);
}

function article(name: string): string {
  return /^[AEIOU]/.test(name) ? "An" : "A";
}
