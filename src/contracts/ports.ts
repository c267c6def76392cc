import type { Money } from "../shared/money.ts";
import type { Event, NewEvent } from "./events.ts";
import type { Service } from "./services.ts";

/**
 * What one service asks of another at once, where an event would be too late. `ports.ts` binds each function to the
 * other service's verb. `Scope` is the request on whose behalf it is asked.
 */
export interface Ports<Scope> {
  readonly identity: IdentityPort<Scope>;
  readonly inventory: InventoryPort<Scope>;
  readonly orders: OrdersPort<Scope>;
  readonly payments: PaymentsPort<Scope>;
  readonly notifications: NotificationsPort<Scope>;
  readonly events: EventsPort<Scope>;
}

/** What an operator asks of a service's events, in its own database. */
interface EventsPort<Scope> {
  /** How its events stand. */
  figures(scope: Scope, service: Service): Promise<EventFigures>;
  /** Dead events of the databases where the service is mounted, newest first, those before the given id. */
  dead(scope: Scope, service: Service, limit: number, before: string): Promise<readonly DeadEvent[]>;
  /** Delivers a dead event of the service's once more; `unknown` where it has none of that id. */
  replayDead(scope: Scope, service: Service, id: string): Promise<"done" | "failed" | "unknown">;
  /** What its log says, in order, from the first id on and before the other; of the given types. */
  told(scope: Scope, service: Service, range: ToldRange): Promise<ToldPage>;
  /** Brings events to one consumer of the service; those it has done are left alone. Answers how many failed. */
  bring(scope: Scope, service: Service, consumer: string, events: readonly ToldEvent[]): Promise<number>;
}

export interface EventFigures {
  /** That the relay has not published yet, counted up to 1,000. */
  readonly unpublished: number;
  /** When the first of them was told. */
  readonly unpublishedSince: string | null;
  /** That a consumer of the service has not done and the queue gave up on, counted up to 1,000. */
  readonly dead: number;
}

export interface DeadEvent {
  readonly id: string;
  readonly eventId: string;
  readonly type: string;
  readonly consumer: string;
  readonly attempts: number;
  readonly lastError: string;
  readonly diedAt: string;
}

export interface ToldRange {
  readonly types: readonly string[];
  readonly fromId: string;
  readonly beforeId: string;
  /** Of any type. */
  readonly limit: number;
}

/** An event as the log has it. */
export type ToldEvent = Omit<Event, "type" | "data"> & { readonly type: string; readonly data: unknown };

export interface ToldPage {
  readonly events: readonly ToldEvent[];
  /** The last id that was looked at; null where none is left. */
  readonly lastId: string | null;
}

export interface InventoryPort<Scope> {
  /** Holds stock for one order, all lines or none. Asking again with the same order and body answers the same. */
  reserve(scope: Scope, order: ReservationRequest): Promise<ReservationOutcome>;
  /** Gives back what is held for an order that will never be. */
  release(scope: Scope, orderId: string): Promise<void>;
  /** What there is of each SKU now, from the primary; one of which there never was any is left out. */
  unitsOf(scope: Scope, skus: readonly string[]): Promise<ReadonlyMap<string, Units>>;
  /** Counts the stock of those of the SKUs that have none counted yet, up to 500. */
  openStock(scope: Scope, counted: readonly { readonly sku: string; readonly onHand: number }[]): Promise<void>;
}

export interface Units {
  readonly free: number;
  /** Of an allotted SKU: how many are taken, by open orders and for good. Of goods 0. */
  readonly taken: number;
}

export interface ReservationRequest {
  readonly orderId: string;
  readonly userId: string;
  /** Digest of the order's canonical body: the same order id with another body is `other-body`. */
  readonly bodyHash: string;
  /** Each SKU once. */
  readonly lines: readonly ReservationLine[];
}

export interface ReservationLine {
  readonly sku: string;
  readonly quantity: number;
  /** Of what is no goods but is taken like them (a coupon's uses): how many there are in all. It need not be counted before. */
  readonly allotted?: number | undefined;
}

export type ReservationOutcome =
  | { readonly outcome: "held"; readonly reservedAt: string }
  /** The reservation has ended already (committed or released): its order exists. */
  | { readonly outcome: "ended" }
  | { readonly outcome: "other-body" }
  | { readonly outcome: "short"; readonly skus: readonly string[] };

export type OrderStatus = "pending" | "paid" | "shipped" | "delivered" | "cancelled" | "expired" | "refunded";

export interface OrdersPort<Scope> {
  /** What a payment must know of an order, from the primary; undefined where the user has no such order. */
  payable(scope: Scope, userId: string, orderId: string): Promise<PayableOrder | undefined>;
  /** The status of each order that exists, from the primary; an order that is not there is left out. */
  statusOf(
    scope: Scope,
    orders: readonly { readonly userId: string; readonly orderId: string }[],
  ): Promise<ReadonlyMap<string, OrderStatus>>;
  /**
   * Before an erasure: cancels the user's pending orders and, for a minute, takes no more of him. False, and nothing is
   * done, where an order is paid or shipped. `user.erased` makes it last for ever.
   */
  closeAccount(scope: Scope, userId: string): Promise<boolean>;
  /** The user's orders, newest first, behind the place that the last page named. */
  handOverOrders(scope: Scope, userId: string, after: string | null): Promise<HandedOver>;
}

/** A page of what a service keeps of one person, as it shows it to him, from the primary. */
export interface HandedOver {
  readonly items: readonly object[];
  /** Where the next page begins; null at the end. */
  readonly next: string | null;
}

export interface PayableOrder {
  readonly total: Money;
  readonly status: OrderStatus;
  /** True while the order is pending and its time has not run out, by the database's clock. */
  readonly payable: boolean;
}

export interface PaymentsPort<Scope> {
  /** Those of the orders for which a young payment is still being processed: they must not expire yet. */
  beingPaid(
    scope: Scope,
    orders: readonly { readonly userId: string; readonly orderId: string }[],
  ): Promise<ReadonlySet<string>>;
  /** An order's payments with their refunds, newest first, from the primary. */
  paymentsOf(scope: Scope, userId: string, orderId: string): Promise<readonly PaymentOfOrder[]>;
  /** All the user's payments with their refunds, by id. */
  handOverPayments(scope: Scope, userId: string, after: string | null): Promise<HandedOver>;
}

export interface NotificationsPort<Scope> {
  /** The user's notifications, newest first. */
  handOverNotifications(scope: Scope, userId: string, after: string | null): Promise<HandedOver>;
}

export interface PaymentOfOrder {
  readonly id: string;
  readonly orderId: string;
  readonly amount: Money;
  readonly status: "processing" | "captured" | "failed" | "refunded";
  readonly failureCode?: string | undefined;
  readonly refunded: Money;
  readonly createdAt: string;
  readonly refunds: readonly RefundOfPayment[];
}

interface RefundOfPayment {
  readonly id: string;
  readonly paymentId: string;
  readonly amount: Money;
  readonly status: "processing" | "succeeded" | "failed";
  readonly createdAt: string;
}

export interface IdentityPort<Scope> {
  /** Whether the session still stands, from identity's primary. */
  sessionIsActive(scope: Scope, userId: string, sessionId: string): Promise<boolean>;
  /** The user with this e-mail, in lower case; undefined where there is none. */
  userIdOf(scope: Scope, email: string): Promise<string | undefined>;
  /** The API key with this digest, from identity's primary; undefined where it is unknown, revoked or expired. */
  apiKeyOf(scope: Scope, keyHash: string): Promise<ApiKey | undefined>;
  /** Puts into the audit log what an operator does to no service in particular: beside it, not with it. */
  record(scope: Scope, record: NewEvent<"audit.recorded">): Promise<void>;
}

export interface ApiKey {
  readonly id: string;
  /** Of `key-scopes.ts`, or of a later release. */
  readonly scopes: readonly string[];
  /** Null where it has no end. */
  readonly expiresAt: string | null;
}
