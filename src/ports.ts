import { portMessages } from "./contracts/port-messages.ts";
import type { Ports, ToldEvent } from "./contracts/ports.ts";
import { bringToConsumer } from "./platform/events/bring.ts";
import { listDead, replayDead } from "./platform/events/dead.ts";
import { figuresOf } from "./platform/events/figures.ts";
import { toldIn } from "./platform/events/told.ts";
import { bindPort, callsOf, everyServiceFunction, type ServedFunction } from "./platform/port-function.ts";
import type { Scope } from "./platform/scope.ts";
import { identityPort } from "./services/identity/port.ts";
import { inventoryPort } from "./services/inventory/port.ts";
import { notificationsPort } from "./services/notifications/port.ts";
import { ordersPort } from "./services/orders/port.ts";
import { paymentsPort } from "./services/payments/port.ts";
import { subscriptions } from "./subscriptions.ts";

const bound = {
  identity: bindPort("identity", identityPort, portMessages.identity),
  inventory: bindPort("inventory", inventoryPort, portMessages.inventory),
  orders: bindPort("orders", ordersPort, portMessages.orders),
  payments: bindPort("payments", paymentsPort, portMessages.payments),
  notifications: bindPort("notifications", notificationsPort, portMessages.notifications),
};
const events = {
  figures: everyServiceFunction("eventFigures", figuresOf, portMessages.events.figures),
  dead: everyServiceFunction(
    "deadEvents",
    (scope, _service, limit: number, before: string) => listDead(scope, limit, before),
    portMessages.events.dead,
  ),
  replayDead: everyServiceFunction(
    "replayDeadEvent",
    (scope, service, id: string) => replayDead(scope, subscriptions, service, id),
    portMessages.events.replayDead,
  ),
  told: everyServiceFunction("toldEvents", toldIn, portMessages.events.told),
  bring: everyServiceFunction(
    "bringEvents",
    (scope, service, consumer: string, told: readonly ToldEvent[]) =>
      bringToConsumer(scope, subscriptions, service, { consumer, events: told }),
    portMessages.events.bring,
  ),
};

/**
 * The map of ports: what one service asks of another at once, bound to the other's verb where it is mounted here, else to
 * a call of the instance that mounts it.
 */
export const ports: Ports<Scope> = {
  identity: callsOf(bound.identity),
  inventory: callsOf(bound.inventory),
  orders: callsOf(bound.orders),
  payments: callsOf(bound.payments),
  notifications: callsOf(bound.notifications),
  events: callsOf(events),
};

/** The same functions as other instances call them. */
export const portFunctions: readonly ServedFunction[] = [...Object.values(bound), events].flatMap((functions) =>
  Object.values<ServedFunction>(functions),
);
