import * as v from "valibot";
import { pageQuery } from "../../../platform/http/page.ts";
import { moneySchema } from "../../../shared/money.ts";
import { timeSchema } from "../../../shared/times.ts";

/** As it is written: upper and lower case differ. */
export const couponCodeSchema = v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,64}$/, "1 to 64 of A-Z a-z 0-9 . _ -"));

const uses = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000_000));

export const couponBody = v.pipe(
  v.strictObject({
    percentOff: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100))),
    amountOff: v.optional(moneySchema),
    limit: v.optional(uses),
    perUser: v.optional(uses),
    startsAt: v.optional(timeSchema),
    endsAt: v.optional(timeSchema),
  }),
  v.check(
    ({ percentOff, amountOff }) => (percentOff === undefined) !== (amountOff === undefined),
    "either percentOff or amountOff",
  ),
  v.check(
    ({ startsAt, endsAt }) => startsAt === undefined || endsAt === undefined || startsAt < endsAt,
    "startsAt before endsAt",
  ),
  v.metadata({ ref: "CouponBody" }),
);

export type CouponBody = v.InferOutput<typeof couponBody>;

export const couponParam = v.object({ code: couponCodeSchema });

export const couponsQuery = v.object(pageQuery);

export const couponSchema = v.pipe(
  v.object({
    code: v.string(),
    percentOff: v.nullable(v.number()),
    amountOff: v.nullable(moneySchema),
    limit: v.nullable(v.number()),
    perUser: v.nullable(v.number()),
    startsAt: v.nullable(v.string()),
    endsAt: v.nullable(v.string()),
    used: v.number(),
    createdAt: v.string(),
    updatedAt: v.string(),
  }),
  v.metadata({ ref: "Coupon" }),
);

export type Coupon = v.InferOutput<typeof couponSchema>;
