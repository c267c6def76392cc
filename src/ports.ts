import { portMessages } from "./contracts/port-messages.ts";
import type { Ports, ToldEvent } from "./contracts/ports.ts";
import { bringToConsumer } from "./platform/events/bring.ts";
import { listDead, replayDead } from "./platform/events/dead.ts";
import { figuresOf } from "./platform/events/figures.ts";
import { toldIn } from "./platform/events/told.ts";
import { everyServiceFunction, portFunction, type ServedFunction } from "./platform/port-function.ts";
import type { Scope } from "./platform/scope.ts";
import { identityPort } from "./services/identity/port.ts";
import { openStock as openStockOf } from "./services/inventory/open-stock.ts";
import { release as releaseStock } from "./services/inventory/release.ts";
import { reserve as reserveStock } from "./services/inventory/reserve.ts";
import { unitsOf as unitsOfStock } from "./services/inventory/units-of.ts";
import { notificationsPort } from "./services/notifications/port.ts";
import { ordersPort } from "./services/orders/port.ts";
import { paymentsPort } from "./services/payments/port.ts";
import { subscriptions } from "./subscriptions.ts";

const sessionIsActive = portFunction(
  "identity",
  "sessionIsActive",
  identityPort.sessionIsActive,
  portMessages.sessionIsActive,
);
const record = portFunction("identity", "record", identityPort.record, portMessages.record);
const reserve = portFunction("inventory", "reserve", reserveStock, portMessages.reserve);
const release = portFunction("inventory", "release", releaseStock, portMessages.release);
const unitsOf = portFunction("inventory", "unitsOf", unitsOfStock, portMessages.unitsOf);
const openStock = portFunction("inventory", "openStock", openStockOf, portMessages.openStock);
const payable = portFunction("orders", "payable", ordersPort.payable, portMessages.payable);
const statusOf = portFunction("orders", "statusOf", ordersPort.statusOf, portMessages.statusOf);
const beingPaid = portFunction("payments", "beingPaid", paymentsPort.beingPaid, portMessages.beingPaid);
const paymentsOf = portFunction("payments", "paymentsOf", paymentsPort.paymentsOf, portMessages.paymentsOf);
const closeAccount = portFunction("orders", "closeAccount", ordersPort.closeAccount, portMessages.closeAccount);
const handOverOrders = portFunction("orders", "handOverOrders", ordersPort.handOverOrders, portMessages.handOverOrders);
const handOverPayments = portFunction(
  "payments",
  "handOverPayments",
  paymentsPort.handOverPayments,
  portMessages.handOverPayments,
);
const handOverNotifications = portFunction(
  "notifications",
  "handOverNotifications",
  notificationsPort.handOverNotifications,
  portMessages.handOverNotifications,
);
const userIdOf = portFunction("identity", "userIdOf", identityPort.userIdOf, portMessages.userIdOf);
const apiKeyOf = portFunction("identity", "apiKeyOf", identityPort.apiKeyOf, portMessages.apiKeyOf);
const eventFigures = everyServiceFunction("eventFigures", figuresOf, portMessages.events.figures);
const deadEvents = everyServiceFunction(
  "deadEvents",
  (scope, _service, limit: number, before: string) => listDead(scope, limit, before),
  portMessages.events.dead,
);
const replayDeadEvent = everyServiceFunction(
  "replayDeadEvent",
  (scope, service, id: string) => replayDead(scope, subscriptions, service, id),
  portMessages.events.replayDead,
);
const toldEvents = everyServiceFunction("toldEvents", toldIn, portMessages.events.told);
const bringEvents = everyServiceFunction(
  "bringEvents",
  (scope, service, consumer: string, events: readonly ToldEvent[]) =>
    bringToConsumer(scope, subscriptions, service, { consumer, events }),
  portMessages.events.bring,
);

/**
 * The map of ports: what one service asks of another at once, bound to the other's verb where it is mounted here, else to
 * a call of the instance that mounts it.
 */
export const ports: Ports<Scope> = {
  identity: {
    sessionIsActive: sessionIsActive.call,
    userIdOf: userIdOf.call,
    apiKeyOf: apiKeyOf.call,
    record: record.call,
  },
  inventory: { reserve: reserve.call, release: release.call, unitsOf: unitsOf.call, openStock: openStock.call },
  orders: {
    payable: payable.call,
    statusOf: statusOf.call,
    closeAccount: closeAccount.call,
    handOverOrders: handOverOrders.call,
  },
  payments: { beingPaid: beingPaid.call, paymentsOf: paymentsOf.call, handOverPayments: handOverPayments.call },
  notifications: { handOverNotifications: handOverNotifications.call },
  events: {
    figures: eventFigures.call,
    dead: deadEvents.call,
    replayDead: replayDeadEvent.call,
    told: toldEvents.call,
    bring: bringEvents.call,
  },
};

/** The same functions as other instances call them, by name. */
export const portFunctions: Readonly<Record<string, ServedFunction>> = {
  sessionIsActive,
  reserve,
  release,
  unitsOf,
  openStock,
  payable,
  statusOf,
  beingPaid,
  paymentsOf,
  closeAccount,
  handOverOrders,
  handOverPayments,
  handOverNotifications,
  userIdOf,
  apiKeyOf,
  record,
  eventFigures,
  deadEvents,
  replayDeadEvent,
  toldEvents,
  bringEvents,
};
