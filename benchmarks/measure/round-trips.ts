import { connect, createServer } from "node:net";

/** What passed since it was last forgotten. */
interface RoundTrips {
  readonly connections: number;
  /** TCP's own, one a connection, and those of its start and log-in. */
  readonly connecting: number;
  /** Those of statements, up to the first statement of the relay on each connection. */
  readonly statements: number;
}

export interface RoundTripProxy {
  readonly port: number;
  readonly counted: () => RoundTrips;
  readonly forget: () => void;
  readonly stop: () => void;
}

/** The relay goes on behind the answer, on the request's own connection. */
const relay = /events\./;

/** A TCP proxy before PostgreSQL that counts how often a client waits for the server. */
export async function startRoundTripProxy(target: {
  readonly host: string;
  readonly port: number;
}): Promise<RoundTripProxy> {
  const zero = { connections: 0, connecting: 0, statements: 0 };
  let counted = { ...zero };
  const server = createServer((client) => {
    const upstream = connect(target);
    counted.connections++;
    counted.connecting++;
    let [isAnswered, isOpen, isOver] = [true, false, false];
    client.on("data", (chunk) => {
      isOver ||= relay.test(chunk.toString("latin1"));
      // X, the farewell, waits for nothing.
      if (isAnswered && !isOver && chunk[0] !== 0x58) counted[isOpen ? "statements" : "connecting"]++;
      isAnswered = false;
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => {
      isAnswered = true;
      // ReadyForQuery ends the start-up: Z, its length of 5, and the state.
      isOpen ||= chunk.length >= 6 && chunk[chunk.length - 6] === 0x5a;
      client.write(chunk);
    });
    for (const end of [client, upstream]) {
      end.setNoDelay(true);
      end.on("error", () => end.destroy());
    }
    client.on("close", () => upstream.end());
    upstream.on("close", () => client.end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  const forget = () => {
    counted = { ...zero };
  };
  return { port: address.port, counted: () => counted, forget, stop: () => void server.close() };
}
