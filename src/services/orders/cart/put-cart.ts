import { namesVersion } from "../../../platform/http/if-match.ts";
import { forWriting, type Scope } from "../../../platform/scope.ts";
import { Problem } from "../../../shared/errors.ts";
import { accountClosed } from "../account-closed.ts";
import { cartOf } from "../queries.ts";
import type { Cart, CartBody } from "../schemas.ts";
import { writeCart } from "../store.ts";
import { quoteBasket } from "./quote-basket.ts";

/**
 * Writes the user's cart, whole, at the version that `ifMatch` names; the first needs none.
 * @throws Problem precondition-required, precondition-failed, header-invalid, sku-unknown, session-revoked
 */
export async function putCart(
  scope: Scope,
  userId: string,
  { lines }: CartBody,
  ifMatch: string | undefined,
): Promise<Cart> {
  const db = forWriting(scope, "orders");
  const [row] = await cartOf(db).execute({ userId });
  const current = row?.version ?? 0;
  if (!(ifMatch === undefined ? current === 0 : namesVersion(ifMatch, current))) throw refusal(ifMatch);
  const quote = await quoteBasket(scope, { lines });
  const { isOpen, version } = await writeCart(db, userId, lines, current);
  if (!isOpen) throw accountClosed();
  if (version === null) throw refusal(ifMatch);
  return { ...quote, version };
}

/** There is a cart of another version, perhaps since a moment ago. */
function refusal(ifMatch: string | undefined): Problem {
  if (ifMatch === undefined)
    return new Problem("precondition-required", "There is a cart: send If-Match with the version you read.");
  return new Problem("precondition-failed", "The cart has changed since; read it again and repeat your change.");
}
