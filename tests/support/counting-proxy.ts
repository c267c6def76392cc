import { connect, createServer, type Socket } from "node:net";

export interface CountingProxy {
  readonly port: number;
  /** Connections so far. */
  readonly opened: () => number;
  /** Connections of this moment. */
  readonly open: () => number;
  readonly stop: () => void;
}

/** A TCP proxy on loopback that counts the connections of its clients. */
export async function startCountingProxy(target: {
  readonly host: string;
  readonly port: number;
}): Promise<CountingProxy> {
  const sockets = new Set<Socket>();
  let opened = 0;
  const server = createServer((client) => {
    opened++;
    sockets.add(client);
    const upstream = connect(target);
    client.pipe(upstream).pipe(client);
    for (const end of [client, upstream]) {
      end.setNoDelay(true);
      end.on("error", () => end.destroy());
    }
    upstream.on("close", () => client.destroy());
    client.on("close", () => {
      sockets.delete(client);
      upstream.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  const stop = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port: address.port, opened: () => opened, open: () => sockets.size, stop };
}
