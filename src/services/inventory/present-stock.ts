import { rfc3339 } from "../../shared/times.ts";
import type { MovementRow } from "./queries.ts";

interface StockRow {
  readonly sku: string;
  readonly onHand: number;
  readonly reserved: number;
}

export const presentStock = ({ sku, onHand, reserved }: StockRow) => ({
  ...{ sku, onHand, reserved },
  available: onHand - reserved,
});

export const presentMovement = ({ at, ...movement }: MovementRow) => ({ ...movement, at: rfc3339(at) });
