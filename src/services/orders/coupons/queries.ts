import { desc, sql } from "drizzle-orm";
import { coupons } from "../../../../db/schema/orders.ts";
import { prepared } from "../../../platform/database.ts";

export interface CouponRow {
  readonly code: string;
  readonly id: string;
  /** One of the two is not null; minor units of `currency`. */
  readonly percentOff: number | null;
  readonly amountOff: number | null;
  readonly currency: string;
  readonly limit: number | null;
  readonly perUser: number | null;
  readonly startsAt: string | null;
  readonly endsAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Whether it is valid now, by the database's clock. */
  readonly isLive: boolean;
}

const isLive = sql<boolean>`coalesce(${coupons.startsAt} <= now(), true) and coalesce(now() < ${coupons.endsAt}, true)`;

const couponColumns = {
  code: coupons.code,
  id: coupons.id,
  percentOff: coupons.percentOff,
  amountOff: coupons.amountOff,
  currency: coupons.currency,
  limit: coupons.limit,
  perUser: coupons.perUser,
  startsAt: coupons.startsAt,
  endsAt: coupons.endsAt,
  createdAt: coupons.createdAt,
  updatedAt: coupons.updatedAt,
  isLive,
};

/** Those of the codes that there are; `codes` is an array literal. */
export const couponsByCodes = prepared((orm) =>
  orm
    .select(couponColumns)
    .from(coupons)
    .where(sql`${coupons.code} = any(${sql.placeholder("codes")}::text[])`)
    .prepare("coupons_by_codes"),
);

/** Newest first, behind (createdAt, code). The first page starts behind 'infinity'. */
export const couponsPage = prepared((orm) =>
  orm
    .select(couponColumns)
    .from(coupons)
    .where(
      sql`(${coupons.createdAt}, ${coupons.code}) < (${sql.placeholder("createdAt")}::timestamptz, ${sql.placeholder("code")}::text)`,
    )
    .orderBy(desc(coupons.createdAt), desc(coupons.code))
    .limit(sql.placeholder("limit"))
    .prepare("coupons_page"),
);
