import { portMessages } from "./contracts/port-messages.ts";
import type { Ports } from "./contracts/ports.ts";
import { portFunction, type ServedFunction } from "./platform/port-function.ts";
import type { Scope } from "./platform/scope.ts";
import { identityPort } from "./services/identity/port.ts";
import { openStock as openStockOf } from "./services/inventory/open-stock.ts";
import { reserve as reserveStock } from "./services/inventory/reserve.ts";
import { unitsOf as unitsOfStock } from "./services/inventory/units-of.ts";
import { notificationsPort } from "./services/notifications/port.ts";
import { ordersPort } from "./services/orders/port.ts";
import { paymentsPort } from "./services/payments/port.ts";

const sessionIsActive = portFunction(
  "identity",
  "sessionIsActive",
  identityPort.sessionIsActive,
  portMessages.sessionIsActive,
);
const reserve = portFunction("inventory", "reserve", reserveStock, portMessages.reserve);
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

/**
 * The map of ports: what one service asks of another at once, bound to the other's verb where it is mounted here, else to
 * a call of the instance that mounts it.
 */
export const ports: Ports<Scope> = {
  identity: { sessionIsActive: sessionIsActive.call, userIdOf: userIdOf.call, apiKeyOf: apiKeyOf.call },
  inventory: { reserve: reserve.call, unitsOf: unitsOf.call, openStock: openStock.call },
  orders: {
    payable: payable.call,
    statusOf: statusOf.call,
    closeAccount: closeAccount.call,
    handOverOrders: handOverOrders.call,
  },
  payments: { beingPaid: beingPaid.call, paymentsOf: paymentsOf.call, handOverPayments: handOverPayments.call },
  notifications: { handOverNotifications: handOverNotifications.call },
};

/** The same functions as other instances call them, by name. */
export const portFunctions: Readonly<Record<string, ServedFunction>> = {
  sessionIsActive,
  reserve,
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
};
