import { rfc3339 } from "../../../shared/times.ts";
import type { EndpointRow } from "./queries.ts";
import type { Endpoint } from "./schemas.ts";

/** An endpoint's row as the contract shows it. */
export function presentEndpoint({ id, url, events, enabled, ...row }: EndpointRow): Endpoint {
  return {
    ...{ id, url, events, enabled },
    oldSecretUntil: row.oldSecretUntil === null ? null : rfc3339(row.oldSecretUntil),
    createdAt: rfc3339(row.createdAt),
    updatedAt: rfc3339(row.updatedAt),
  };
}
