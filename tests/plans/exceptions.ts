interface Exception {
  readonly statements: readonly string[];
  /** As the judge words them. */
  readonly faults: readonly string[];
  readonly reason: string;
}

/** Statements that may do what the judge finds wrong, and why. */
export const exceptions: readonly Exception[] = [
  {
    statements: ["newest", "price", "-price", "name"].map((order) => `catalog.list.all by ${order}`),
    faults: ["reads several partitions of catalog.cards"],
    reason: "A list of all categories merges the same index of each partition, a page's rows of each at most.",
  },
  {
    statements: ["catalog.categoriesBehind"],
    faults: ["reads several partitions of catalog.cards", "reads many rows of catalog.cards"],
    reason: "It counts the cards of each category of a page by index alone; its answer is cached.",
  },
  {
    statements: ["inventory.lowStockPage"],
    faults: ["reads many rows of inventory.stock"],
    reason: "An admin's list: an index of what is free would be written by every order.",
  },
  {
    statements: ["orders.overdueOrders"],
    faults: ["reads several partitions of orders.orders"],
    reason: "A sweep knows no user: it merges the partial index of pending orders of each partition.",
  },
  {
    statements: ["orders.orderOfAnyone", "orders.ordersOfAll"],
    faults: ["reads several partitions of orders.orders"],
    reason:
      "An administrator names no user: it looks into one index of each partition, for a page's rows of each at most.",
  },
  {
    statements: ["identity.administration.auditPage", "identity.administration.forgetAddresses"],
    faults: ["reads several partitions of identity.audit_log"],
    reason: "What is looked for may be of any week: it reads one index of each, newest first, a page's rows at most.",
  },
  {
    statements: ["takeCursor", "readBehind", "renewLease", "moveCursor", "leaveCursor", "figuresOf"].map(
      (name) => `events.${name}`,
    ),
    faults: ["reads several partitions of events.outbox"],
    reason: "Events are told in the order of their transactions: it merges that index of the few weeks there are.",
  },
  {
    statements: ["notifications.webhooks.deliveriesPage"],
    faults: ["reads several partitions of notifications.webhook_deliveries"],
    reason:
      "An admin's list: it walks the few weeks there are, each by its index, from the newest until a page is full.",
  },
  {
    statements: ["events.eraseInEvents"],
    faults: ["reads several partitions of events.outbox, in events.forget_v1"],
    reason: "What was told of a user may stand in any of the few weeks there are: it asks the index of users in each.",
  },
  {
    statements: ["analytics.forgetUsers"],
    faults: ["reads several partitions of analytics.events"],
    reason: "A user is forgotten in all weeks: it asks the key of each.",
  },
  {
    statements: ["rollUpRound", "figuresByRegion", "salesIn"].map((name) => `analytics.${name}`),
    faults: ["reads several partitions of analytics.events"],
    reason:
      "What is not rolled up yet may be of any week: it asks the index of the order in which events came in each.",
  },
];
