import * as v from "valibot";

/** PostgreSQL's text of a UTC timestamptz (`2026-11-23 21:27:55.6+00`) as RFC 3339 (`2026-11-23T21:27:55.6Z`). */
export function rfc3339(text: string): string {
  return text.replace(" ", "T").replace(/\+00(:00)?$/, "Z");
}

const pattern =
  /^([2-9]\d{3})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3])(:[0-5]\d){2}(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i;

/** A moment since the year 2000, as RFC 3339 writes it, in UTC. */
export const timeSchema = v.pipe(
  v.string(),
  v.regex(pattern, "a time (RFC 3339)"),
  v.check((text) => isDay(text.slice(0, 10)), "a day that there is"),
  v.transform((text) => new Date(text.toUpperCase()).toISOString()),
);

/** Whether the calendar has this day, `2026-11-24`; its month is one from 01 to 12. */
export function isDay(date: string): boolean {
  const [year = 0, month = 0, day = 0] = date.split("-").map(Number);
  return day > 0 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}
