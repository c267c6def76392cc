import { readNewest } from "../../platform/consistency/read.ts";
import type { Scope } from "../../platform/scope.ts";
import { highestUuid, lowestUuid } from "../../shared/ids.ts";
import { orderState } from "./order-state.ts";
import { type OrderRow, ordersOfAll, ordersOfUser } from "./queries.ts";
import type { AllOrdersQuery } from "./schemas.ts";

/** The orders of all users, newest first, by the filters given; one more than `limit` where there are more. */
export async function listAllOrders(
  scope: Scope,
  { status, userId, email, from = "-infinity", to, limit }: AllOrdersQuery,
  after: readonly string[] | undefined,
): Promise<OrderRow[]> {
  const userIdOfEmail = email === undefined ? userId : await scope.deps.ports.identity.userIdOf(scope, email);
  const isNobody = email !== undefined && userIdOfEmail === undefined;
  if (isNobody || (userId !== undefined && userIdOfEmail !== userId)) return [];
  const newest = to === undefined ? ["infinity", highestUuid] : [to, lowestUuid];
  const [createdAt = "", id = ""] = after ?? newest;
  const statuses = `{${status ?? Object.keys(orderState).join(",")}}`;
  const asked = { statuses, createdAt, id, from, limit: limit + 1 };
  return await readNewest(scope, "orders", (db) =>
    userIdOfEmail === undefined
      ? ordersOfAll(db).execute(asked)
      : ordersOfUser(db).execute({ ...asked, userId: userIdOfEmail }),
  );
}
