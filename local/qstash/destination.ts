/** Where a publish goes, and the `Upstash-*` settings that came as query parameters, for webhooks that set no headers. */
type RequestedDestination = { destination: string; settings: [name: string, value: string][] };

/**
 * Reads the raw destination behind `prefix` in the request's URL. Its own query stays with it, byte for byte;
 * only `qstash_token` and `upstash-*` are ours.
 */
export function requestedDestination(requestUrl: string, prefix: string): RequestedDestination {
  const raw = requestUrl.slice(requestUrl.indexOf(prefix) + prefix.length);
  const mark = raw.indexOf("?");
  if (mark < 0) return { destination: raw, settings: [] };
  const parts = raw.slice(mark + 1).split("&");
  const kept = parts.filter((part) => !isOurs(part));
  const settings = [...new URLSearchParams(parts.filter(isSetting).join("&"))];
  return { destination: raw.slice(0, mark) + (kept.length > 0 ? `?${kept.join("&")}` : ""), settings };
}

function isOurs(part: string): boolean {
  return isSetting(part) || /^qstash_token=/i.test(part);
}

function isSetting(part: string): boolean {
  return /^upstash-/i.test(part);
}
