/** What API keys may be good for. Each opens the routes of admins and operators that name it, and no others. */
export const keyScopes = [
  "orders:read",
  "orders:fulfil",
  "catalog:write",
  "stock:write",
  "refunds:write",
  "webhooks:write",
  "analytics:read",
] as const;

export type KeyScope = (typeof keyScopes)[number];
