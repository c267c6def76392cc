import type { Listener, RedisEngine } from "./redis-engine.ts";
import { type Command, fromBinary, isStatus, type Reply, toBinary } from "./reply.ts";

const subscription = /^\/(?:(subscribe|psubscribe)\/([^/]+)|(monitor))\/?$/i;
/** A reader that is further behind is let go; the official client buffers no more either. */
const backlogBytesMax = 1024 * 1024;

/** Whether a request asks for an endless answer: subscribe, psubscribe or monitor. */
export function isSubscription(request: Request, path: string): boolean {
  return subscription.test(path) && (request.headers.get("accept") ?? "").includes("text/event-stream");
}

/** Server-sent events until either side goes away: `data: message,<channel>,<payload>`. Throws EngineUnavailable. */
export async function serveSubscription(
  engine: RedisEngine,
  request: Request,
  server: Bun.Server<undefined>,
  path: string,
): Promise<Response> {
  server.timeout(request, 0);
  const { readable, listener, onCancel } = eventStream();
  onCancel(await engine.listen(toListenCommand(path), listener));
  return new Response(readable, { headers: { "content-type": "text/event-stream", "cache-control": "no-cache" } });
}

function toListenCommand(path: string): Command {
  const [, name, channel] = subscription.exec(path) ?? [];
  return name === undefined || channel === undefined ? ["MONITOR"] : [name, toBinary(decodeChannel(channel))];
}

/** The official client writes channels into the path as they are, so a lone `%` is one. */
function decodeChannel(channel: string): string {
  try {
    return decodeURIComponent(channel);
  } catch {
    return channel;
  }
}

function eventStream() {
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let unlisten: (() => void) | undefined;
  let open = true;
  const close = () => {
    if (!open) return;
    open = false;
    unlisten?.();
    controller?.close();
  };
  const readable = new ReadableStream<Uint8Array>(
    {
      start: (created) => {
        controller = created;
      },
      cancel: () => {
        open = false;
        unlisten?.();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 0 }),
  );
  const listener: Listener = {
    message: (message) => {
      if (!open) return;
      controller?.enqueue(encoder.encode(`data: ${toLine(message)}\n\n`));
      if ((controller?.desiredSize ?? 0) < -backlogBytesMax) close();
    },
    end: close,
  };
  const onCancel = (stop: () => void) => {
    unlisten = stop;
    if (!open) stop();
  };
  return { readable, listener, onCancel };
}

function toLine(message: Reply): string {
  if (Array.isArray(message)) return message.map((part) => toText(part)).join(",");
  const text = toText(message);
  return text === "OK" ? '"OK"' : text;
}

/** An event is one line, so a payload's own line ends become the next `data:` lines of the same event. */
function toText(part: Reply): string {
  if (part !== null && typeof part === "object") return isStatus(part) ? fromBinary(part.status) : "";
  return fromBinary(String(part ?? "")).replace(/\r\n|\r|\n/g, "\ndata: ");
}
