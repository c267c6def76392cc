import { rfc3339 } from "../../shared/times.ts";
import type { MovementRow } from "./queries.ts";

interface StockRow {
  readonly sku: string;
  readonly onHand: number;
  readonly reserved: number;
}

/** A SKU's stock as the contract shows it. */
export function presentStock({ sku, onHand, reserved }: StockRow) {
  return { sku, onHand, reserved, available: onHand - reserved };
}

/** A movement's row as the contract shows it. */
export function presentMovement({ at, ...movement }: MovementRow) {
  return { ...movement, at: rfc3339(at) };
}
