import { auditEvent } from "../../../platform/audit.ts";
import { appendEvents } from "../../../platform/events/outbox.ts";
import { forWriting, type Scope } from "../../../platform/scope.ts";
import { Problem } from "../../../shared/errors.ts";
import { countUses } from "./count-uses.ts";
import type { Coupon, CouponBody } from "./schemas.ts";
import { saveCoupon } from "./store.ts";

/**
 * Makes a coupon or gives it other terms. A limit below its uses takes none back and grants no more.
 * @throws Problem currency-mismatch
 */
export async function putCoupon(scope: Scope, code: string, body: CouponBody): Promise<Coupon> {
  const { CURRENCY } = scope.deps.config;
  if (body.amountOff !== undefined && body.amountOff.currency !== CURRENCY)
    throw new Problem("currency-mismatch", `The shop trades in ${CURRENCY}, not ${body.amountOff.currency}.`);
  const terms = {
    code,
    percentOff: body.percentOff ?? null,
    amountOff: body.amountOff?.amount ?? null,
    currency: CURRENCY,
    limit: body.limit ?? null,
    perUser: body.perUser ?? null,
    startsAt: body.startsAt ?? null,
    endsAt: body.endsAt ?? null,
  };
  const row = await forWriting(scope, "orders").sql.begin(async (tx) => {
    const { percentOff, amountOff, limit } = terms;
    const detail = { percentOff, amountOff, limit };
    await appendEvents(tx, scope, [
      auditEvent(scope, { action: "coupon.saved", target: { type: "coupon", id: code }, detail }),
    ]);
    return await saveCoupon(tx, terms);
  });
  const [coupon] = await countUses(scope, [row]);
  if (coupon === undefined) throw new Error("A coupon that was saved cannot be missing.");
  return coupon;
}
