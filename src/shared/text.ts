import * as v from "valibot";

/** No control character and no half of a surrogate pair: PostgreSQL stores neither NUL nor the latter. */
export const line = v.regex(/^[^\p{Cc}\p{Cs}]*$/u, "no control character");

/** The same, with line breaks and tabs. */
export const lines = v.regex(/^(?:[^\p{Cc}\p{Cs}]|[\t\n\r])*$/u, "no control character but line breaks and tabs");

/** What people and things are called (api.md, rule 10). */
export const nameSchema = v.pipe(
  v.string(),
  v.minLength(1, "1 to 100 characters"),
  v.maxLength(100, "1 to 100 characters"),
  line,
  v.check((name) => !name.includes("://"), "no ://"),
);

/** What a client keeps with a thing of ours: up to 20 texts. */
export const metadataSchema = v.pipe(
  v.record(v.pipe(v.string(), v.minLength(1), v.maxLength(40), line), v.pipe(v.string(), v.maxLength(500), lines)),
  v.maxEntries(20, "at most 20 keys"),
);
