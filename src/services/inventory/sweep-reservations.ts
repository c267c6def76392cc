import type { OrderStatus } from "../../contracts/ports.ts";
import { forWriting, type Scope } from "../../platform/scope.ts";
import { type ReservationRow, reservationsBehindCursor } from "./queries.ts";
import { endReservations, forgetReservations, moveCursor } from "./store.ts";

const rowsMax = 500;
const roundsMax = 200;
/** A paid order's event has this long to arrive before the second pass asks for its order's end. */
const marginSeconds = 60;

/**
 * Finds reservations that a crash or a lost event left held. Each is looked at twice: past its grace, when an order
 * that is not there can no longer appear, and past its order's life, when its end must have been told.
 */
export async function sweepReservations(scope: Scope): Promise<void> {
  const { RESERVATION_GRACE_SECONDS, ORDER_TTL_SECONDS } = scope.deps.config;
  await sweep(scope, "grace", RESERVATION_GRACE_SECONDS);
  await sweep(scope, "life", RESERVATION_GRACE_SECONDS + ORDER_TTL_SECONDS + marginSeconds);
}

async function sweep(scope: Scope, pass: "grace" | "life", ageSeconds: number): Promise<void> {
  const db = forWriting(scope, "inventory");
  for (let round = 0; round < roundsMax; round++) {
    const rows = await reservationsBehindCursor(db, pass, ageSeconds, rowsMax);
    const held = rows.filter((row) => row.state === "held");
    const statuses = await scope.deps.ports.orders.statusOf(scope, held);
    await settle(scope, held, statuses);
    // The second pass stops at an order that is still pending and comes back to it.
    const open = pass === "life" ? rows.findIndex((row) => statuses.get(row.orderId) === "pending") : -1;
    const done = open < 0 ? rows.at(-1) : rows[open - 1];
    if (done !== undefined) await moveCursor(db, pass, done);
    if (rows.length < rowsMax || open >= 0) return;
  }
}

/** What becomes of the stock when the order has the status: only orders decides how a reservation ends. */
const ends = {
  pending: "held",
  paid: "committed",
  shipped: "committed",
  delivered: "committed",
  refunded: "committed",
  cancelled: "released",
  expired: "released",
} as const satisfies Record<OrderStatus, ReservationRow["state"]>;

async function settle(
  scope: Scope,
  held: readonly ReservationRow[],
  statuses: ReadonlyMap<string, OrderStatus>,
): Promise<void> {
  const db = forWriting(scope, "inventory");
  const byEnd = Map.groupBy(held, ({ orderId }) => {
    const status = statuses.get(orderId);
    return status === undefined ? "forgotten" : ends[status];
  });
  const ids = (end: "forgotten" | "committed" | "released") => (byEnd.get(end) ?? []).map((row) => row.orderId);
  const [forgotten, committed, released] = [ids("forgotten"), ids("committed"), ids("released")];
  if (forgotten.length > 0) await forgetReservations(db, forgotten);
  if (committed.length > 0) await endReservations(db.sql, committed, "committed");
  if (released.length > 0) await endReservations(db.sql, released, "released");
  const mended = forgotten.length + committed.length + released.length;
  if (mended > 0)
    scope.log.warn("sweep mended reservations", {
      forgotten: forgotten.length,
      committed: committed.length,
      released: released.length,
    });
}
