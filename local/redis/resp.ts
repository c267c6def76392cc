import { type Command, type Failure, isFailure, isStatus, type Reply, type Status } from "./reply.ts";

/** A command as RESP2, one character a byte. Source: redis.io, "Redis serialization protocol specification". */
export function encodeCommand(command: Command): string {
  let text = `*${command.length}\r\n`;
  for (const argument of command) text += `$${argument.length}\r\n${argument}\r\n`;
  return text;
}

/** A reply as RESP2, one character a byte. */
export function encodeReply(reply: Reply): string {
  if (reply === null) return "$-1\r\n";
  if (typeof reply === "string") return `$${reply.length}\r\n${reply}\r\n`;
  if (typeof reply === "number" || typeof reply === "bigint") return `:${reply}\r\n`;
  if (Array.isArray(reply)) return `*${reply.length}\r\n${reply.map(encodeReply).join("")}`;
  if (isFailure(reply)) return `-${reply.error}\r\n`;
  return isStatus(reply) ? `+${reply.status}\r\n` : "";
}

type OpenArray = { readonly items: Reply[]; readonly length: number };

/**
 * Reads RESP2 replies out of chunks of any size; nothing is parsed twice, however a reply is cut.
 * Throws on what is no RESP2: the connection is of no use any more.
 */
export function replyReader(onReply: (reply: Reply) => void): (chunk: Buffer) => void {
  const open: OpenArray[] = [];
  let rest: Buffer[] = [];
  let restBytes = 0;
  let wantedBytes = 1;

  function deliver(reply: Reply): void {
    let done = reply;
    for (let array = open.at(-1); array !== undefined; array = open.at(-1)) {
      array.items.push(done);
      if (array.items.length < array.length) return;
      done = array.items;
      open.pop();
    }
    onReply(done);
  }

  return (chunk) => {
    rest.push(chunk);
    restBytes += chunk.length;
    if (restBytes < wantedBytes) return;
    const bytes = rest.length === 1 ? chunk : Buffer.concat(rest);
    let at = 0;
    wantedBytes = 1;
    while (at < bytes.length) {
      const item = readItem(bytes, at);
      if ("wanted" in item) {
        wantedBytes = item.wanted;
        break;
      }
      at = item.next;
      if ("length" in item) open.push({ items: [], length: item.length });
      else deliver(item.reply);
    }
    rest = at < bytes.length ? [bytes.subarray(at)] : [];
    restBytes = bytes.length - at;
  };
}

type Item = { next: number; reply: Reply } | { next: number; length: number } | { wanted: number };

function readItem(bytes: Buffer, start: number): Item {
  const end = bytes.indexOf("\r\n", start, "latin1");
  if (end < 0) return { wanted: bytes.length - start + 1 };
  const line = bytes.toString("latin1", start + 1, end);
  const next = end + 2;
  switch (bytes[start]) {
    case 0x2b: // +
      return { next, reply: { status: line } satisfies Status };
    case 0x2d: // -
      return { next, reply: { error: line } satisfies Failure };
    case 0x3a: // :
      return { next, reply: toInteger(line) };
    case 0x24: // $
      return readBulk(bytes, start, next, Number(line));
    case 0x2a: // *
      if (line === "-1") return { next, reply: null };
      return line === "0" ? { next, reply: [] } : { next, length: Number(line) };
    default:
      throw new Error(`no RESP2 reply starts with byte ${bytes[start]}`);
  }
}

function readBulk(bytes: Buffer, start: number, at: number, length: number): Item {
  if (length < 0) return { next: at, reply: null };
  const next = at + length + 2;
  if (bytes.length < next) return { wanted: next - start };
  return { next, reply: bytes.toString("latin1", at, at + length) };
}

function toInteger(digits: string): number | bigint {
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : BigInt(digits);
}
