/** The services by name: each has its own schema, its own data and may have its own database. */
export const services = [
  "identity",
  "catalog",
  "inventory",
  "orders",
  "payments",
  "notifications",
  "analytics",
] as const;

export type Service = (typeof services)[number];
