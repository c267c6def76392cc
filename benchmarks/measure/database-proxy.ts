import { messageReader, textAt } from "./wire-messages.ts";

interface Counted {
  statements: number;
  roundTrips: number;
}

/** What has passed since it was last forgotten, by the statement's text. */
export type Traffic = ReadonlyMap<string, Readonly<Counted>>;

export interface DatabaseProxy {
  readonly port: number;
  readonly traffic: () => Traffic;
  readonly forget: () => void;
  readonly stop: () => void;
}

/** A TCP proxy in front of PostgreSQL that counts the statements and the round trips of its clients. */
export function startDatabaseProxy(target: { readonly hostname: string; readonly port: number }): DatabaseProxy {
  const counted = new Map<string, Counted>();
  const count = (statement: string, isRoundTrip: boolean) => {
    const known = counted.get(statement) ?? { statements: 0, roundTrips: 0 };
    counted.set(statement, known);
    known.statements++;
    if (isRoundTrip) known.roundTrips++;
  };
  type Link = ReturnType<typeof openCounter> & { readonly server: Promise<import("bun").Socket> };
  const listener = Bun.listen<Link>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(client) {
        const counter = openCounter(count);
        const server = Bun.connect({
          ...target,
          socket: {
            data(_server, chunk) {
              counter.fromServer(chunk);
              client.write(chunk);
            },
            close: () => void client.end(),
          },
        });
        client.data = { ...counter, server };
      },
      async data(client, chunk) {
        const copy = Buffer.from(chunk);
        client.data.fromClient(copy);
        (await client.data.server).write(copy);
      },
      close: ({ data }) => void data.server.then((server) => server.end()),
    },
  });
  const stop = () => void listener.stop(true);
  return { port: listener.port, traffic: () => new Map(counted), forget: () => counted.clear(), stop };
}

/**
 * Counts one connection. A statement ends with Sync (or is a simple query); it costs a round trip unless it was sent
 * while an earlier one was still unanswered.
 */
function openCounter(count: (statement: string, isRoundTrip: boolean) => void) {
  const prepared = new Map<string, string>();
  let bound = "";
  let unanswered = 0;
  const onRequest = (type: string, body: Buffer) => {
    if (type === "P") {
      const { text: name, next } = textAt(body, 0);
      prepared.set(name, textAt(body, next).text);
    }
    if (type === "B") bound = prepared.get(textAt(body, textAt(body, 0).next).text) ?? "";
    if (type !== "S" && type !== "Q") return;
    count(type === "Q" ? textAt(body, 0).text : bound, unanswered === 0);
    unanswered++;
  };
  const onAnswer = (type: string) => {
    if (type === "Z" && unanswered > 0) unanswered--;
  };
  return { fromClient: messageReader("client", onRequest), fromServer: messageReader("server", onAnswer) };
}
