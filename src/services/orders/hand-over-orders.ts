import type { HandedOver } from "../../contracts/ports.ts";
import { onPrimary, type Scope } from "../../platform/scope.ts";
import { highestUuid } from "../../shared/ids.ts";
import { presentOrder } from "./present-order.ts";
import { ordersPage } from "./queries.ts";

const pageMax = 50;

/** A page of the user's orders, newest first, behind the time and id that the last page named. */
export async function handOverOrders(scope: Scope, userId: string, after: string | null): Promise<HandedOver> {
  const [createdAt = "infinity", id = highestUuid] = after?.split(" behind ") ?? [];
  const rows = await ordersPage(onPrimary(scope, "orders")).execute({ userId, createdAt, id, limit: pageMax });
  const last = rows.length < pageMax ? undefined : rows.at(-1);
  return {
    items: rows.map(presentOrder),
    next: last === undefined ? null : `${last.createdAt} behind ${last.id}`,
  };
}
