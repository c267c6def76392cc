import * as v from "valibot";

/** The largest amount, in minor units. */
export const amountMax = 1_000_000_000_000;

/** Integer minor units with an ISO 4217 currency. */
export const moneySchema = v.pipe(
  v.strictObject({
    amount: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(amountMax)),
    currency: v.pipe(v.string(), v.regex(/^[A-Z]{3}$/, "three capital letters (ISO 4217)")),
  }),
  v.metadata({ ref: "Money" }),
);

export type Money = v.InferOutput<typeof moneySchema>;

export const money = (amount: number, currency: string): Money => ({ amount, currency });
