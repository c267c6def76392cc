/** PostgreSQL's text of a UTC timestamptz (`2026-11-23 21:27:55.6+00`) as RFC 3339 (`2026-11-23T21:27:55.6Z`). */
export function rfc3339(text: string): string {
  return text.replace(" ", "T").replace(/\+00(:00)?$/, "Z");
}
