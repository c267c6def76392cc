/** A keep-alive HTTP/1.1 connection on which one request at a time is under way. */
export interface HttpConnection {
  readonly send: (request: string) => void;
  readonly close: () => void;
}

/**
 * Opens a connection to a server on loopback. `onAnswer` is told each answer's status once its body is there. Knows just
 * what the generator needs: answers with Content-Length, requests in Latin-1 that fit the socket's buffer.
 */
export async function openConnection(
  port: number,
  onAnswer: (status: number) => void,
  onError: (error: Error) => void,
): Promise<HttpConnection> {
  let received = "";
  let open = true;
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: {
      data(_socket, chunk) {
        received += chunk.toString("latin1");
        const bodyAt = received.indexOf("\r\n\r\n") + 4;
        if (bodyAt === 3) return;
        const [, length] = /\r\ncontent-length: (\d+)\r\n/i.exec(received.slice(0, bodyAt)) ?? [];
        if (length === undefined) return onError(new Error(`an answer without Content-Length:\n${received}`));
        if (received.length < bodyAt + Number(length)) return;
        const status = Number(received.slice(9, 12));
        received = "";
        onAnswer(status);
      },
      close() {
        if (open) onError(new Error("the server closed a connection"));
      },
      error(_socket, error) {
        onError(error);
      },
    },
  });
  socket.setNoDelay(true);
  return {
    send: (request) => {
      if (socket.write(request) !== request.length) onError(new Error("a request did not fit the socket's buffer"));
    },
    close: () => {
      open = false;
      socket.end();
    },
  };
}
