import { auditEvent } from "../../platform/audit.ts";
import { appendEvents } from "../../platform/events/outbox.ts";
import { namesVersion } from "../../platform/http/if-match.ts";
import { forWriting, type Scope } from "../../platform/scope.ts";
import { Problem } from "../../shared/errors.ts";
import { changed } from "./precondition.ts";
import { productEvent } from "./product-event.ts";
import { publishProduct } from "./publish-product.ts";
import { putCards, withdraw } from "./store.ts";

/**
 * Takes the product off the shop: reads answer 404, orders refuse its SKUs, old orders keep them.
 * @throws Problem not-found, precondition-failed
 */
export async function withdrawProduct(scope: Scope, id: string, ifMatch: string | undefined): Promise<void> {
  const { sql } = forWriting(scope, "catalog");
  const row = await sql.begin(async (tx) => {
    const withdrawn = await withdraw(tx, id);
    if (!withdrawn) throw new Problem("not-found", "There is no such product.");
    const before = withdrawn.version - 1;
    if (ifMatch !== undefined && !namesVersion(ifMatch, before)) throw changed(before);
    await putCards(tx, [withdrawn]);
    const record = auditEvent(scope, { action: "product.withdrawn", target: { type: "product", id } });
    await appendEvents(tx, scope, [productEvent(withdrawn), record]);
    return withdrawn;
  });
  publishProduct(scope, row);
}
