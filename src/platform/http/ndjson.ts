import { Problem } from "../../shared/errors.ts";

/** A line of a body, counted from 1, or what is wrong with it alone. */
export interface Line {
  readonly number: number;
  readonly text: string | Problem;
}

const newline = 0x0a;

/**
 * The lines of a body that streams in, those that are not blank. Of the body no more is held than a chunk and a line; of
 * a line longer than `bytesMax` nothing.
 * @throws Problem malformed-request, where the body breaks off
 */
export async function* linesOf(body: ReadableStream<Uint8Array>, bytesMax: number): AsyncGenerator<Line> {
  const begun = beginLine(bytesMax);
  let number = 1;
  for await (const chunk of chunksOf(body)) {
    let from = 0;
    for (let to = chunk.indexOf(newline); to >= 0; to = chunk.indexOf(newline, from)) {
      const text = begun.end(chunk.subarray(from, to));
      if (text !== "") yield { number, text };
      number++;
      from = to + 1;
    }
    begun.add(chunk.subarray(from));
  }
  const text = begun.end(new Uint8Array());
  if (text !== "") yield { number, text };
}

async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) yield chunk;
  } catch (cause) {
    throw new Problem("malformed-request", "The body broke off; send it again.", {}, {}, { cause });
  }
}

/** The beginning of a line whose end has not come yet. */
function beginLine(bytesMax: number) {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
  let parts: Uint8Array[] = [];
  let size = 0;
  const add = (part: Uint8Array): void => {
    size += part.byteLength;
    if (size > bytesMax) parts = [];
    // A copy: the rest of the chunk need not be kept for it.
    else if (part.byteLength > 0) parts.push(part.slice());
  };
  /** Empty where the line is blank. */
  const end = (last: Uint8Array): string | Problem => {
    const whole = parts.length === 0 ? last : Buffer.concat([...parts, last]);
    const isTooLong = size + last.byteLength > bytesMax;
    parts = [];
    size = 0;
    if (isTooLong) return new Problem("body-too-large", `The line exceeds ${bytesMax} bytes.`);
    try {
      return decoder.decode(whole).trim();
    } catch {
      return new Problem("malformed-request", "The line is not valid UTF-8.");
    }
  };
  return { add, end };
}
