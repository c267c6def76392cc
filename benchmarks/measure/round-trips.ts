import { connect, createServer } from "node:net";

/** What passed since it was last forgotten. */
interface RoundTrips {
  /** Without those of events that were delivered meanwhile. */
  readonly connections: number;
  /** TCP's own, one a connection, and those of its start and log-in. */
  readonly connecting: number;
  /** Those of statements, up to the first statement of the relay on each connection. */
  readonly statements: number;
}

const kinds = ["connections", "connecting", "statements"] as const;

export interface RoundTripProxy {
  readonly port: number;
  readonly counted: () => RoundTrips;
  readonly forget: () => void;
  readonly stop: () => void;
}

/** The relay goes on behind the answer, on the request's own connection. */
const relay = /events\./;
/** A delivered event is a request of its own, with a connection of its own. */
const delivery = /events\.inbox/;

/** A TCP proxy before PostgreSQL that counts how often a client waits for the server. */
export async function startRoundTripProxy(target: {
  readonly host: string;
  readonly port: number;
}): Promise<RoundTripProxy> {
  const zero = { connections: 0, connecting: 0, statements: 0 };
  let counted = { ...zero };
  const server = createServer((client) => {
    const upstream = connect(target);
    const own = { connections: 0, connecting: 0, statements: 0 };
    const count = (what: keyof RoundTrips, times: number) => {
      own[what] += times;
      counted[what] += times;
    };
    count("connections", 1);
    count("connecting", 1);
    let [isAnswered, isOpen, isOver] = [true, false, false];
    client.on("data", (chunk) => {
      const said = chunk.toString("latin1");
      isOver ||= relay.test(said);
      if (delivery.test(said)) for (const what of kinds) count(what, -own[what]);
      // X, the farewell, waits for nothing.
      if (isAnswered && !isOver && chunk[0] !== 0x58) count(isOpen ? "statements" : "connecting", 1);
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
