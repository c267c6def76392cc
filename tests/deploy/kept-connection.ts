import { connect, type Socket } from "node:net";

/** A client's connection that is kept, one request at a time. Nothing happens behind its back: no pool, no retry. */
export interface KeptConnection {
  /** Rejects where the connection ends before the whole answer is here. Opens another where it was closed in between. */
  readonly send: (method: string, path: string, headers: Headers, body: string) => Promise<KeptAnswer>;
  readonly close: () => void;
}

export interface KeptAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

export function keepConnection(url: string): KeptConnection {
  const { hostname, port, host } = new URL(url);
  let socket: Socket | undefined;
  return {
    send: async (method, path, headers, body) => {
      if (socket === undefined || socket.destroyed || socket.readableEnded) socket = await open(hostname, Number(port));
      const lines = [...headers].map(([name, value]) => `${name}: ${value}\r\n`).join("");
      const length = Buffer.byteLength(body);
      const answered = answerOn(socket);
      socket.write(`${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n${lines}Content-Length: ${length}\r\n\r\n${body}`);
      const answer = await answered;
      if (answer.headers.get("connection") === "close") socket.destroy();
      return answer;
    },
    close: () => socket?.destroy(),
  };
}

function open(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true });
    socket.once("error", reject);
    socket.once("connect", () => resolve(socket));
  });
}

function answerOn(socket: Socket): Promise<KeptAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<KeptAnswer>();
  let text = "";
  const onData = (chunk: Buffer) => {
    text += chunk.toString("latin1");
    const answer = wholeAnswer(text);
    if (answer) resolve(answer);
  };
  const onEnd = () => reject(new Error(`The connection ended after ${text.length} bytes of an answer.`));
  socket.on("data", onData).once("close", onEnd).once("error", reject);
  return promise.finally(() => socket.off("data", onData).off("close", onEnd).off("error", reject));
}

/** Once it is all there. Its length is announced, as the shop's answers announce it. */
function wholeAnswer(text: string): KeptAnswer | undefined {
  const end = text.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const [status = "", ...lines] = text.slice(0, end).split("\r\n");
  const headers = new Headers(
    lines.map((line): [string, string] => [line.split(":")[0] ?? "", line.replace(/^[^:]*: */, "")]),
  );
  const body = text.slice(end + 4);
  const length = headers.get("content-length");
  if (length !== null && body.length < Number(length)) return undefined;
  return { status: Number(status.split(" ")[1]), headers, body };
}
