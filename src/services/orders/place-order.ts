import type { ReservationOutcome } from "../../contracts/ports.ts";
import { canonicalJson, derivedId, sha256 } from "../../platform/hash.ts";
import { describeError } from "../../platform/log.ts";
import { forWriting, noteWrittenAt, onPrimary, type Scope } from "../../platform/scope.ts";
import { Problem, retryLater } from "../../shared/errors.ts";
import { rfc3339 } from "../../shared/times.ts";
import { accountClosed } from "./account-closed.ts";
import { isUse, usesOf } from "./coupons/coupon-uses.ts";
import { lookUpCoupon } from "./coupons/look-up-coupon.ts";
import { decide } from "./decide.ts";
import { placements } from "./placements.ts";
import { presentOrder } from "./present-order.ts";
import { priceList } from "./price-list.ts";
import { orderById } from "./queries.ts";
import type { Order, PlaceOrderInput } from "./schemas.ts";
import type { DecidedOrder } from "./store.ts";

interface PlacedOrder {
  readonly order: Order;
  /** True where the same request had placed it before. */
  readonly replayed: boolean;
}

/** The request's identity: the order id is derived from user and key, so a retry is the same order. */
interface Request {
  readonly id: string;
  readonly userId: string;
  readonly bodyHash: string;
}

/**
 * Places an order: decide, reserve, write. Before any refusal the order of this key is looked up: if it is there, it is
 * the answer, whatever has happened to price and stock since.
 * @throws Problem idempotency-key-reused, sku-unknown, currency-mismatch, coupon-invalid, price-changed, out-of-stock,
 *   coupon-exhausted, overloaded, session-revoked
 */
export async function placeOrder(
  scope: Scope,
  userId: string,
  idempotencyKey: string,
  input: PlaceOrderInput,
): Promise<PlacedOrder> {
  const request = { id: derivedId("order", userId, idempotencyKey), userId, bodyHash: sha256(canonicalJson(input)) };
  try {
    return await attempt(scope, request, input);
  } catch (error) {
    const earlier = error instanceof Problem ? await earlierOrder(scope, request) : undefined;
    if (earlier === undefined) throw error;
    return earlier;
  }
}

async function attempt(scope: Scope, request: Request, input: PlaceOrderInput): Promise<PlacedOrder> {
  const prices = await priceList(
    scope,
    input.lines.map(({ sku }) => sku),
  );
  const coupon = input.couponCode === undefined ? undefined : await lookUpCoupon(scope, input.couponCode);
  const decision = decide(scope.deps.config, input, { prices, coupon });
  const reservedAt = held(
    await scope.deps.ports.inventory.reserve(scope, {
      orderId: request.id,
      userId: request.userId,
      bodyHash: request.bodyHash,
      lines: coupon === undefined ? input.lines : [...input.lines, ...usesOf(coupon, request.userId)],
    }),
  );
  forWriting(scope, "orders");
  const { shippingAddress, metadata } = input;
  const order = {
    ...{ ...request, ...decision, coupon: coupon?.code ?? null, shippingAddress, metadata, reservedAt },
    traceparent: scope.traceparent,
  };
  const placed = await scope.deps.coalesce(placements, order);
  noteWrittenAt(scope, "orders", placed.position);
  if (placed.outcome === "placed") return { order: freshOrder(order, placed), replayed: false };
  if (placed.outcome === "closed") {
    await giveBack(scope, request.id);
    throw accountClosed();
  }
  if (placed.outcome === "too-late")
    throw new Problem(
      "overloaded",
      "The reservation of an earlier try is about to end; retry with the same key.",
      {},
      {
        "Retry-After": String(scope.deps.config.RESERVATION_GRACE_SECONDS),
      },
    );
  throw replay();
}

/** Where this fails the sweep does it, as after a crash. */
async function giveBack(scope: Scope, orderId: string): Promise<void> {
  try {
    await scope.deps.ports.inventory.release(scope, orderId);
  } catch (error) {
    scope.log.warn("a refused order's reservation is left to the sweep", describeError(error));
  }
}

/** When the stock was reserved; every other outcome is a refusal, or an order that is there already. */
function held(outcome: ReservationOutcome): string {
  switch (outcome.outcome) {
    case "held":
      return outcome.reservedAt;
    case "short":
      throw shortage(outcome.skus);
    case "other-body":
      throw keyReused();
    case "ended":
      throw replay();
  }
}

/** Goods that lack are named; where it is the coupon alone, that is said. */
function shortage(short: readonly string[]): Problem {
  const skus = short.filter((sku) => !isUse(sku));
  if (skus.length === 0) return new Problem("coupon-exhausted", "The coupon was used as often as it may be.");
  return new Problem("out-of-stock", `Not enough stock of ${skus.join(", ")}.`, { skus });
}

/** The order of this key, from the primary, or undefined where there is none. */
async function earlierOrder(scope: Scope, { userId, id, bodyHash }: Request): Promise<PlacedOrder | undefined> {
  const [row] = await orderById(onPrimary(scope, "orders")).execute({ userId, id });
  if (row === undefined) return undefined;
  if (row.bodyHash !== bodyHash) throw keyReused();
  return { order: presentOrder(row), replayed: true };
}

/** What was just written, without reading it back. */
function freshOrder(order: DecidedOrder, times: { readonly createdAt: string; readonly expiresAt: string }): Order {
  const paid = order.total === 0;
  return presentOrder({
    ...order,
    status: paid ? "paid" : "pending",
    lines: JSON.stringify(order.lines),
    shippingAddress: order.shippingAddress === undefined ? null : JSON.stringify(order.shippingAddress),
    metadata: JSON.stringify(order.metadata ?? {}),
    refunded: 0,
    createdAt: times.createdAt,
    updatedAt: times.createdAt,
    expiresAt: times.expiresAt,
    history: JSON.stringify(
      (paid ? ["pending", "paid"] : ["pending"]).map((status) => ({ status, at: rfc3339(times.createdAt) })),
    ),
  });
}

function keyReused(): Problem {
  return new Problem("idempotency-key-reused", "This Idempotency-Key was used with another body; use a new key.");
}

/** The order is there: the look-up before refusals answers it. Only an order that vanished would let this out. */
function replay(): Problem {
  return retryLater("overloaded", "The order of this key is being settled; retry with the same key.");
}
