import * as v from "valibot";

/** The most units of a SKU. */
export const countMax = 1_000_000_000;

/** Units of a SKU, as they are counted. */
export const countSchema = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(countMax));
