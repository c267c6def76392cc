import type { Statement } from "../../platform/coalesce.ts";
import type { Position } from "../../platform/consistency/tokens.ts";
import type { Deps } from "../../platform/deps.ts";
import { repeatable } from "../../platform/repeat.ts";
import { type DecidedOrder, type PlacedRow, place } from "./store.ts";

interface Placement extends PlacedRow {
  /** Covers what was written. */
  readonly position: Position;
}

/** Writing orders, coalesced: concurrent orders become one statement. */
export const placements: Statement<DecidedOrder, Placement> = {
  run: placeMany,
  itemsMax: 200,
  weigh: (order) => order.lines.length,
  weightMax: 1000,
  waitingMax: 2000,
};

/** Copies of one order in flight share one row's answer; only the first of them is new. */
async function placeMany(deps: Deps, orders: readonly DecidedOrder[]): Promise<Placement[]> {
  const distinct = new Map(orders.map((order) => [order.id, order]));
  const { ORDER_TTL_SECONDS, RESERVATION_GRACE_SECONDS } = deps.config;
  const { rows, position } = await repeatable(() =>
    place(deps.databases.of("orders").primary(), [...distinct.values()], {
      lifeSeconds: ORDER_TTL_SECONDS,
      halfGraceSeconds: RESERVATION_GRACE_SECONDS / 2,
    }),
  );
  const unanswered = new Map(rows.map((row) => [row.id, row]));
  return orders.map((order) => {
    const row = unanswered.get(order.id);
    if (row === undefined) throw new Error(`place answered nothing for order ${order.id}`);
    unanswered.set(order.id, row.outcome === "placed" ? { ...row, outcome: "exists" } : row);
    return { ...row, position };
  });
}
