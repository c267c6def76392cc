import { type Answered, isDigest, isRateLimit, isRetryAfter } from "./moving-values.ts";

interface LeftOut {
  /** In lower case. */
  readonly header: string;
  /** Only this of it; without, the whole header. */
  readonly part?: RegExp;
  /** Only where the part is what it must be for this answer, which is the stricter comparison; any other stays. */
  readonly where?: (part: string, of: Answered) => boolean;
  readonly reason: string;
}

/**
 * All that is left out when two runtimes are compared (contract, rule 11). Beside it only ids, times, tokens, signatures
 * and PUBLIC_URL are made alike, wherever they stand (normalise.ts).
 */
export const leftOut: readonly LeftOut[] = [
  { header: "date", reason: "transport: when it was sent" },
  { header: "connection", reason: "transport: whether the socket is kept" },
  { header: "keep-alive", reason: "transport: for how long the socket is kept" },
  { header: "content-length", reason: "transport: a runtime may send the same bytes in chunks" },
  { header: "transfer-encoding", reason: "transport: a runtime may send the same bytes in one piece" },
  { header: "served-by", reason: "names a server of this deployment" },
  { header: "server-timing", reason: "durations" },
  {
    header: "cache-status",
    part: /\bhit; detail=\S+|\bfwd=miss; stored/,
    reason: "depends on the entry's age, a second or two",
  },
  { header: "cache-status", part: /(?<=detail=)\w+/, reason: "names a cache of this runtime" },
  { header: "consistency-token", part: /.+/, reason: "a token; that it is there is compared" },
  {
    header: "etag",
    part: /(?<=^")[\w-]{22}(?="$)/,
    where: isDigest,
    reason: "a list's digest of bytes with ids, times and PUBLIC_URL; it is computed anew",
  },
  {
    header: "ratelimit",
    part: /"\w+";r=\d+;t=\d+/g,
    where: isRateLimit,
    reason: "a time, and a count since the minute began; both are reckoned, and the policies compared",
  },
  {
    header: "retry-after",
    part: /^\d+$/,
    where: isRetryAfter,
    reason: "the time until a window ends, which is reckoned; where it is a constant it is compared",
  },
];

/** Those that are left out whole. */
export const headersLeftOut = new Set(leftOut.filter(({ part }) => part === undefined).map(({ header }) => header));
