import type { Subscriptions } from "./platform/events/consumer.ts";
import { countSales } from "./services/analytics/on-order-paid.ts";
import { countPlacedOrders } from "./services/analytics/on-order-placed.ts";
import { countRefunds } from "./services/analytics/on-order-refunded.ts";
import { rememberNames } from "./services/analytics/on-product-changed.ts";
import { forgetPersons } from "./services/analytics/on-user-erased.ts";
import { countNewUsers, rememberRegions } from "./services/analytics/on-user-registered.ts";
import { refreshCaches } from "./services/catalog/on-product-changed.ts";
import { rememberAvailability } from "./services/catalog/on-stock-changed.ts";
import { keepRecords } from "./services/identity/audit-log/on-audit-recorded.ts";
import { releaseReservations } from "./services/inventory/on-order-ended.ts";
import { commitReservations } from "./services/inventory/on-order-paid.ts";
import { restockReturns } from "./services/inventory/on-order-refunded.ts";
import { tellEndInShop } from "./services/notifications/on-order-ended.ts";
import { confirmInShop, receiptByMail } from "./services/notifications/on-order-paid.ts";
import { refundByMail, tellRefundInShop } from "./services/notifications/on-order-refunded.ts";
import { shippedByMail, tellDeliveredInShop, tellShippedInShop } from "./services/notifications/on-order-shipped.ts";
import { erasePersons } from "./services/notifications/on-user-erased.ts";
import { resetByMail, verificationByMail } from "./services/notifications/on-user-mail-requested.ts";
import { rememberContacts, welcomeByMail, welcomeInShop } from "./services/notifications/on-user-registered.ts";
import { payOrders } from "./services/orders/on-payment-captured.ts";
import { refundOrders } from "./services/orders/on-payment-refunded.ts";
import { followPrices } from "./services/orders/on-product-changed.ts";
import { eraseBuyers } from "./services/orders/on-user-erased.ts";
import { refundEndedOrders } from "./services/payments/on-order-ended.ts";
import { forgetMeans } from "./services/payments/on-user-erased.ts";

/** The map of events: who reacts to what. Nobody calls anybody. */
export const subscriptions: Subscriptions = {
  "user.registered": [rememberContacts, welcomeInShop, welcomeByMail, rememberRegions, countNewUsers],
  "user.updated": [rememberContacts, rememberRegions],
  "user.verification-requested": [verificationByMail],
  "user.reset-requested": [resetByMail],
  "user.erased": [eraseBuyers, forgetMeans, erasePersons, forgetPersons],
  "product.changed": [followPrices, refreshCaches, rememberNames],
  "product.withdrawn": [followPrices, refreshCaches, rememberNames],
  "stock.changed": [rememberAvailability],
  "stock.depleted": [rememberAvailability],
  "order.placed": [countPlacedOrders],
  "order.paid": [commitReservations, confirmInShop, receiptByMail, countSales],
  "order.cancelled": [releaseReservations, refundEndedOrders, tellEndInShop],
  "order.expired": [releaseReservations, refundEndedOrders, tellEndInShop],
  "order.shipped": [tellShippedInShop, shippedByMail],
  "order.delivered": [tellDeliveredInShop],
  "order.refunded": [restockReturns, tellRefundInShop, refundByMail, countRefunds],
  "payment.captured": [payOrders],
  "payment.failed": [],
  "payment.refunded": [refundOrders],
  "audit.recorded": [keepRecords],
};
