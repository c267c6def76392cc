import type { Statement } from "../../../platform/coalesce.ts";
import { pgArray } from "../../../platform/database.ts";
import type { Deps } from "../../../platform/deps.ts";
import type { Scope } from "../../../platform/scope.ts";
import { type CouponRow, couponsByCodes } from "./queries.ts";

/** The coupon as it is now, whether valid or not; undefined where there is none of this code. Only orders with one ask. */
export function lookUpCoupon(scope: Scope, code: string): Promise<CouponRow | undefined> {
  return scope.deps.coalesce(lookUp, code);
}

const lookUp: Statement<string, CouponRow | undefined> = {
  run: async (deps: Deps, codes) => {
    const db = deps.databases.of("orders").primary();
    const rows = await couponsByCodes(db).execute({ codes: pgArray([...new Set(codes)]) });
    const byCode = new Map(rows.map((row) => [row.code, row]));
    return codes.map((code) => byCode.get(code));
  },
  itemsMax: 200,
  weigh: () => 1,
  weightMax: 200,
  waitingMax: 2000,
};
