import type { ReservationOutcome, ReservationRequest } from "../../contracts/ports.ts";
import type { Statement } from "../../platform/coalesce.ts";
import { isRefusedData } from "../../platform/database.ts";
import type { Deps } from "../../platform/deps.ts";
import { repeatable } from "../../platform/repeat.ts";
import { forWriting, type Scope } from "../../platform/scope.ts";
import { retryLater } from "../../shared/errors.ts";
import * as store from "./store.ts";

const attemptsMax = 3;

/**
 * Holds stock for one order, all lines or none (design: placing an order, step 3). Concurrent calls share a statement;
 * each succeeds or fails by itself. Asking again with the same id and body answers the same.
 * @throws Problem overloaded, where the stock keeps changing under the order: better than a wrong "sold out"
 */
export async function reserve(scope: Scope, order: ReservationRequest): Promise<ReservationOutcome> {
  forWriting(scope, "inventory");
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const outcome = await scope.deps.coalesce(reservations, order);
    if (outcome !== undefined) return outcome;
  }
  throw retryLater("overloaded", "The stock of this order keeps changing; try again.");
}

/** Undefined where the order was refused although nothing is short any more. */
type Answer = ReservationOutcome | undefined;

const reservations: Statement<ReservationRequest, Answer> = {
  run: reserveMany,
  itemsMax: 200,
  weigh: (order) => order.lines.length,
  weightMax: 1000,
  waitingMax: 2000,
};

/** Never one order id twice in a statement: a copy shares the first one's answer, another body waits its turn. */
async function reserveMany(deps: Deps, orders: readonly ReservationRequest[]): Promise<Answer[]> {
  const answers = new Map<ReservationRequest, Answer>();
  let left = orders;
  while (left.length > 0) {
    const turn = new Map<string, ReservationRequest>();
    for (const order of left) if (!turn.has(order.orderId)) turn.set(order.orderId, order);
    const outcomes = await reserveDistinct(deps, [...turn.values()]);
    const sameBody = (order: ReservationRequest) => turn.get(order.orderId)?.bodyHash === order.bodyHash;
    for (const order of left.filter(sameBody)) answers.set(order, outcomes.get(order.orderId));
    left = left.filter((order) => !sameBody(order));
  }
  return orders.map((order) => answers.get(order));
}

/** One statement for all. Where the CHECK refuses their sum this throws, and each half is asked for by itself. */
async function reserveDistinct(deps: Deps, orders: readonly ReservationRequest[]): Promise<Map<string, Answer>> {
  const db = deps.databases.of("inventory").primary();
  try {
    const rows = await repeatable(() => store.reserve(db, orders, reserveOptions(deps)));
    return new Map(rows.map((row) => [row.orderId, present(row)]));
  } catch (error) {
    if (orders.length === 1 && isRefusedData(error)) return new Map();
    throw error;
  }
}

function present({ outcome, reservedAt, short }: store.ReservedRow): Answer {
  if (outcome === "held") return { outcome, reservedAt };
  if (outcome !== "short") return { outcome };
  return short === null ? undefined : { outcome, skus: JSON.parse(short) as string[] };
}

/** Asynchronously only where the order's own flush follows in the same WAL: same process, same database. */
function reserveOptions({ config }: Deps) {
  const { DATABASES, SERVICES } = config;
  const together = SERVICES.has("inventory") && SERVICES.has("orders");
  return {
    lifeSeconds: config.ORDER_TTL_SECONDS,
    asynchronous: together && DATABASES.inventory.url === DATABASES.orders.url,
  };
}
