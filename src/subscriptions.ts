import type { Subscriptions } from "./platform/events/consumer.ts";
import { refreshCaches } from "./services/catalog/on-product-changed.ts";
import { rememberAvailability } from "./services/catalog/on-stock-changed.ts";
import { releaseReservations } from "./services/inventory/on-order-ended.ts";
import { commitReservations } from "./services/inventory/on-order-paid.ts";
import { restockReturns } from "./services/inventory/on-order-refunded.ts";
import { tellEndInShop } from "./services/notifications/on-order-ended.ts";
import { confirmInShop, receiptByMail } from "./services/notifications/on-order-paid.ts";
import { refundByMail, tellRefundInShop } from "./services/notifications/on-order-refunded.ts";
import { shippedByMail, tellDeliveredInShop, tellShippedInShop } from "./services/notifications/on-order-shipped.ts";
import { rememberContacts, welcomeByMail, welcomeInShop } from "./services/notifications/on-user-registered.ts";
import { payOrders } from "./services/orders/on-payment-captured.ts";
import { refundOrders } from "./services/orders/on-payment-refunded.ts";
import { followPrices } from "./services/orders/on-product-changed.ts";
import { refundEndedOrders } from "./services/payments/on-order-ended.ts";

/** The map of events: who reacts to what. Nobody calls anybody. */
export const subscriptions: Subscriptions = {
  "user.registered": [rememberContacts, welcomeInShop, welcomeByMail],
  "user.updated": [rememberContacts],
  "product.changed": [followPrices, refreshCaches],
  "product.withdrawn": [followPrices, refreshCaches],
  "stock.changed": [rememberAvailability],
  "order.placed": [],
  "order.paid": [commitReservations, confirmInShop, receiptByMail],
  "order.cancelled": [releaseReservations, refundEndedOrders, tellEndInShop],
  "order.expired": [releaseReservations, refundEndedOrders, tellEndInShop],
  "order.shipped": [tellShippedInShop, shippedByMail],
  "order.delivered": [tellDeliveredInShop],
  "order.refunded": [restockReturns, tellRefundInShop, refundByMail],
  "payment.captured": [payOrders],
  "payment.failed": [],
  "payment.refunded": [refundOrders],
};
