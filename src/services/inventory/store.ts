import type { ReservationRequest } from "../../contracts/ports.ts";
import { type Handle, pgArray, type Sql, type Transaction } from "../../platform/database.ts";
import { countMax } from "../../shared/counts.ts";
import type { MovementRow } from "./queries.ts";

export interface ReservedRow {
  readonly orderId: string;
  readonly outcome: "held" | "ended" | "other-body" | "short";
  readonly reservedAt: string;
  /** JSON list of the SKUs that lack units; null where none does any more. */
  readonly short: string | null;
}

interface ReserveOptions {
  /** How long the reservation's order may stay unpaid. */
  readonly lifeSeconds: number;
  /** True only where the order's own synchronous commit follows in the same WAL. */
  readonly asynchronous: boolean;
}

/** Holds stock for orders of distinct ids, each all or nothing. Throws 23514 where their sum does not fit. */
export async function reserve(
  { sql }: Handle,
  orders: readonly ReservationRequest[],
  { lifeSeconds, asynchronous }: ReserveOptions,
): Promise<readonly ReservedRow[]> {
  const life = `${lifeSeconds} seconds`;
  const [first] = orders;
  const [line] = first?.lines ?? [];
  if (orders.length === 1 && first?.lines.length === 1 && line !== undefined && line.allotted === undefined)
    return sql<ReservedRow[]>`
      select order_id as "orderId", outcome, reserved_at as "reservedAt", short::text
        from inventory.reserve_one_v1(${first.orderId}, ${first.userId}, ${first.bodyHash}, ${line.sku},
                                      ${line.quantity}, ${life}::interval, ${asynchronous})`;
  const lines = orders.flatMap(({ orderId, lines: of }) => of.map(({ sku, quantity }) => ({ orderId, sku, quantity })));
  const allotted = orders.flatMap((order) =>
    order.lines.flatMap(({ sku, allotted: units }) => (units === undefined ? [] : [{ sku, allotted: units }])),
  );
  return sql<ReservedRow[]>`
    select order_id as "orderId", outcome, reserved_at as "reservedAt", short::text
      from inventory.reserve_v2(
        ${pgArray(orders.map((order) => order.orderId))}::uuid[],
        ${pgArray(orders.map((order) => order.userId))}::uuid[],
        ${pgArray(orders.map((order) => order.bodyHash))}::text[],
        ${pgArray(lines.map((line) => line.orderId))}::uuid[],
        ${pgArray(lines.map((line) => line.sku))}::text[],
        ${pgArray(lines.map((line) => line.quantity))}::int[],
        ${pgArray(allotted.map((line) => line.sku))}::text[],
        ${pgArray(allotted.map((line) => line.allotted))}::int[],
        ${life}::interval, ${asynchronous})`;
}

/** Ends reservations as their orders ended; one that fits no arrow stays. */
export async function endReservations(
  sql: Sql | Transaction,
  orderIds: readonly string[],
  state: "committed" | "released",
): Promise<void> {
  await sql`select inventory.end_v3(${pgArray(orderIds)}::uuid[], ${state}, false)`;
}

/** An order whose units come back, and which. */
interface Return {
  readonly orderId: string;
  readonly skus: readonly string[];
}

/** Puts the sold units of orders back on the shelf, once for each order. */
export async function restock(tx: Transaction, returns: readonly Return[]): Promise<void> {
  await tx`select inventory.restock_v1(${JSON.stringify(returns)}::text::jsonb)`;
}

/** Gives back the stock of reservations whose order never came to be, and forgets them. */
export async function forgetReservations({ sql }: Handle, orderIds: readonly string[]): Promise<void> {
  await sql`select inventory.end_v3(${pgArray(orderIds)}::uuid[], 'released', true)`;
}

/** Sets the stock as counted; undefined where `expectedOnHand` differs. Throws 23514 where more is reserved. */
export async function countStock(
  sql: Sql | Transaction,
  sku: string,
  onHand: number,
  expectedOnHand: number | null,
): Promise<{ onHand: number; reserved: number } | undefined> {
  const [row] = await sql<{ onHand: number; reserved: number }[]>`
    select on_hand as "onHand", reserved from inventory.count_v1(${sku}, ${onHand}, ${expectedOnHand})`;
  return row;
}

export interface Adjustment {
  readonly delta: number;
  readonly reason: string;
}

type AdjustedRow =
  | ({ readonly outcome: "made" | "replayed" | "other-body" } & Omit<MovementRow, "sku">)
  | { readonly outcome: "unknown" | "below-reserved" | "too-many" };

/** Adds to the stock or takes from it, once for each key. */
export async function adjustStock(
  sql: Sql | Transaction,
  sku: string,
  key: string,
  { delta, reason }: Adjustment,
): Promise<AdjustedRow | undefined> {
  const [row] = await sql<AdjustedRow[]>`
    select outcome, id, delta, reason, order_id as "orderId", at
      from inventory.adjust_v1(${sku}, ${key}, ${delta}, ${reason}, ${countMax})`;
  return row;
}

/** Counts SKUs that have no stock yet; the others keep theirs. */
export async function openStock(
  { sql }: Handle,
  counted: readonly { readonly sku: string; readonly onHand: number }[],
): Promise<void> {
  await sql`
    with made as (
      insert into inventory.stock(sku, on_hand)
      select sku, on_hand
        from unnest(${pgArray(counted.map(({ sku }) => sku))}::text[],
                    ${pgArray(counted.map(({ onHand }) => onHand))}::int[]) as c(sku, on_hand)
       order by sku
      on conflict do nothing
      returning sku, on_hand, version
    ), moved as (
      insert into inventory.movements(sku, delta, reason) select sku, on_hand, 'count' from made where on_hand > 0
    )
    insert into events.outbox(type, key, version, data)
    select 'stock.changed', sku, version, jsonb_build_object('sku', sku, 'available', on_hand > 0) from made`;
}

/** Moves a pass's cursor to the last reservation it has dealt with. */
export async function moveCursor(
  { sql }: Handle,
  pass: string,
  { reservedAt, orderId }: { readonly reservedAt: string; readonly orderId: string },
): Promise<void> {
  await sql`
    insert into inventory.sweeps(pass, reserved_at, order_id) values (${pass}, ${reservedAt}, ${orderId})
    on conflict (pass) do update set reserved_at = excluded.reserved_at, order_id = excluded.order_id`;
}
