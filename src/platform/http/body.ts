import type { Context } from "hono";
import { Problem } from "../../shared/errors.ts";
import type { AppEnv } from "./app-env.ts";

const bodyBytesMax = 1024 * 1024;

/** The request's JSON: its media type, its size and its encoding are refused in this order (api.md, rule 1). */
export async function readJson(c: Context<AppEnv>): Promise<unknown> {
  requireType(c, "application/json");
  return parseJson(await readText(c));
}

/** A body of JSON lines, as it streams in: of no bound but its lines'. @throws Problem unsupported-media-type */
export function bodyOfLines(c: Context<AppEnv>): ReadableStream<Uint8Array> {
  requireType(c, "application/x-ndjson");
  return c.req.raw.body ?? new ReadableStream({ start: (empty) => empty.close() });
}

function requireType(c: Context<AppEnv>, expected: string): void {
  const type = c.req.header("content-type") ?? "";
  const [essence = ""] = type.split(";");
  const coding = c.req.header("content-encoding") ?? "identity";
  if (coding !== "identity")
    throw new Problem("unsupported-media-type", `Send the body without Content-Encoding, not as ${coding}.`);
  if (essence.trim().toLowerCase() === expected) return;
  throw new Problem("unsupported-media-type", `Expected ${expected}, got ${type === "" ? "no Content-Type" : type}.`);
}

/** What the text of a body holds. @throws Problem malformed-request */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem("malformed-request", "The body is not valid JSON.");
  }
}

/** The body as it came, for signatures, within the bound. */
export async function readText(c: Context<AppEnv>): Promise<string> {
  const declared = c.req.header("content-length");
  if (Number(declared ?? 0) > bodyBytesMax) throw tooLarge();
  const bytes = declared === undefined ? await readBounded(c.req.raw.body) : await c.req.arrayBuffer();
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw new Problem("malformed-request", "The body is not valid UTF-8.");
  }
}

/** A body that does not say how long it is: read no further than the bound. */
async function readBounded(body: ReadableStream<Uint8Array> | null): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > bodyBytesMax) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(): Problem {
  return new Problem("body-too-large", `The body exceeds ${bodyBytesMax} bytes; send less at a time.`);
}
