import { connect, createServer, type Socket } from "node:net";

interface Behaviour {
  /** What the server gets to read instead of a statement of the client. */
  readonly rewrite?: (statement: string) => string;
  /** How long what the client sent waits before it is passed on, in milliseconds. */
  readonly delayMs?: () => number;
}

export interface PostgresProxy {
  /** The database's URL by this way. */
  readonly through: (url: string) => string;
  readonly stop: () => void;
}

/** A proxy on loopback before a PostgreSQL without TLS that speaks its protocol: it may change statements and delay them. */
export async function startPostgresProxy(url: string, { rewrite, delayMs }: Behaviour): Promise<PostgresProxy> {
  const { hostname: host, port } = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect({ host, port: Number(port) });
    const pass = rewrite === undefined ? (chunk: Buffer) => chunk : rewriter(rewrite);
    let last: Promise<unknown> = Promise.resolve();
    client.on("data", (data) => {
      const chunk = typeof data === "string" ? Buffer.from(data) : data;
      const waiting = delayMs === undefined ? undefined : Bun.sleep(delayMs());
      last = last.then(async () => {
        await waiting;
        if (!upstream.destroyed) upstream.write(pass(chunk));
      });
    });
    upstream.pipe(client);
    for (const [end, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(end);
      end.setNoDelay(true);
      end.on("error", () => end.destroy());
      end.on("close", () => {
        sockets.delete(end);
        void last.finally(() => other.destroy());
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return {
    through: (to) => Object.assign(new URL(to), { hostname: "127.0.0.1", port: String(address.port) }).href,
    stop: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Of a client's bytes those for the server, message by message (PostgreSQL: Message Formats). */
function rewriter(rewrite: (statement: string) => string): (chunk: Buffer) => Buffer {
  let rest = Buffer.alloc(0);
  let hasBegun = false;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const passed: Buffer[] = [];
    for (;;) {
      // The first message has no type.
      const typeBytes = hasBegun ? 1 : 0;
      if (rest.length < typeBytes + 4) break;
      const length = typeBytes + rest.readInt32BE(typeBytes);
      if (rest.length < length) break;
      passed.push(hasBegun ? rewritten(rest.subarray(0, length), rewrite) : rest.subarray(0, length));
      rest = rest.subarray(length);
      hasBegun = true;
    }
    return Buffer.concat(passed);
  };
}

/** Parse carries a name, the statement and types; Query the statement alone. */
function rewritten(message: Buffer, rewrite: (statement: string) => string): Buffer {
  const type = String.fromCharCode(message[0] ?? 0);
  if (type !== "P" && type !== "Q") return message;
  const start = type === "P" ? message.indexOf(0, 5) + 1 : 5;
  const end = message.indexOf(0, start);
  const statement = Buffer.from(rewrite(message.toString("utf8", start, end)));
  const whole = Buffer.concat([message.subarray(0, start), statement, message.subarray(end)]);
  whole.writeInt32BE(whole.length - 1, 1);
  return whole;
}
