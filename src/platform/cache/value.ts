/** How old a value may get, in milliseconds. */
export interface Ages {
  /** Up to here it is simply served; past it one reader refreshes it while all are served the old bytes. */
  readonly softMs: number;
  /** Past this it is loaded before it is served; only where loading fails are the old bytes served once more. */
  readonly hardMs: number;
  /** Past this it is forgotten. */
  readonly keepMs: number;
}

/** A ready-made answer. */
export interface Value {
  /** False for a 404, which is a value too. */
  readonly found: boolean;
  readonly body: Uint8Array<ArrayBuffer>;
  /** Quoted, as it stands in the header. */
  readonly etag: string;
  /** The `Link` of a list that has a next page. */
  readonly link?: string;
  /** Rises with each change of the thing, so that an older value never replaces a newer one. Lists stay at 0. */
  readonly version: number;
  readonly ages: Ages;
}

/** Never stands raw in JSON: takes the place of the public URL, since two runtimes with two URLs may share one Redis. */
const publicUrlMark = "\u0001";

/** The value as Redis keeps it: `version soft hard keep head\nbody`. The scripts read the numbers. */
export function encodeValue(value: Value, publicUrl: string): string {
  const { version, ages, found, etag, link } = value;
  const body = new TextDecoder().decode(value.body).replaceAll(publicUrl, publicUrlMark);
  const head = JSON.stringify({ found, etag, link });
  return `${version} ${ages.softMs} ${ages.hardMs} ${ages.keepMs} ${head}\n${body}`;
}

export function decodeValue(text: string, publicUrl: string): Value {
  const lineEnd = text.indexOf("\n");
  const [, version, softMs, hardMs, keepMs, head] = /^(\d+) (\d+) (\d+) (\d+) (.*)$/.exec(text.slice(0, lineEnd)) ?? [];
  if (head === undefined) throw new Error("A cached value cannot be read.");
  return {
    ...(JSON.parse(head) as Pick<Value, "found" | "etag" | "link">),
    body: utf8(text.slice(lineEnd + 1).replaceAll(publicUrlMark, publicUrl)),
    version: Number(version),
    ages: { softMs: Number(softMs), hardMs: Number(hardMs), keepMs: Number(keepMs) },
  };
}

export function utf8(text: string): Uint8Array<ArrayBuffer> {
  // The types of Workers leave open whether the memory is shared; an encoder's never is.
  return new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;
}
