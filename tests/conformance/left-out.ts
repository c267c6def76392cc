interface LeftOut {
  /** In lower case. */
  readonly header: string;
  /** Only this of it; without, the whole header. */
  readonly part?: RegExp;
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
    reason: "a list's digest of bytes with ids and PUBLIC_URL; the bytes are compared",
  },
  { header: "ratelimit", part: /(?<=;[rt]=)\d+/g, reason: "depends on when the minute began" },
  { header: "retry-after", part: /\d+/, reason: "seconds until a moment" },
];
