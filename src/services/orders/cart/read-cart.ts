import { read } from "../../../platform/consistency/read.ts";
import type { Scope } from "../../../platform/scope.ts";
import { priceList } from "../price-list.ts";
import { cartOf } from "../queries.ts";
import type { Basket, Cart } from "../schemas.ts";
import { quotePriced } from "./quote-basket.ts";

/** The user's cart as it would cost now, without what the shop no longer sells. One never written is empty, version 0. */
export async function readCart(scope: Scope, userId: string): Promise<Cart> {
  const [row] = await read(scope, "orders", (db) => cartOf(db).execute({ userId }));
  const kept = row === undefined ? [] : (JSON.parse(row.lines) as Basket["lines"]);
  const prices = await priceList(
    scope,
    kept.map(({ sku }) => sku),
  );
  const lines = kept.filter(({ sku }) => prices.has(sku));
  return { ...(await quotePriced(scope, { lines }, { prices, coupon: undefined })), version: row?.version ?? 0 };
}
