import { rfc3339 } from "../../../shared/times.ts";
import type { DeliveryRow } from "./queries.ts";
import type { Delivery } from "./schemas.ts";

/** A delivery's row as the contract shows it. */
export function presentDelivery({ nextAt, ...row }: DeliveryRow): Delivery {
  return { ...row, nextAt: nextAt === null ? null : rfc3339(nextAt) };
}
