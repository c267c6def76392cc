import * as v from "valibot";

/** A whole number as a query parameter brings it: digits alone, `1e1` and `+1` are none. */
export const wholeNumber = v.pipe(
  v.unknown(),
  v.check((text) => /^(0|[1-9]\d*)$/.test(String(text)), "expected a whole number"),
  v.toNumber(),
  v.integer(),
);
