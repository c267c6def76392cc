/** A message of PostgreSQL's protocol: its type's letter (empty for the first one of a client) and what follows. */
export type OnMessage = (type: string, body: Buffer) => void;

/**
 * Cuts one direction of a connection into messages (PostgreSQL 18, chapter "Message Formats"): a letter and a length
 * that counts itself. A client's first message has no letter.
 */
export function messageReader(sender: "client" | "server", onMessage: OnMessage): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  let letters = sender === "server" ? 1 : 0;
  return (chunk) => {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    while (rest.length >= letters + 4) {
      const end = letters + rest.readInt32BE(letters);
      if (rest.length < end) return;
      onMessage(rest.toString("latin1", 0, letters), rest.subarray(letters + 4, end));
      rest = rest.subarray(end);
      letters = 1;
    }
  };
}

/** The text that begins at an offset and ends with a zero byte, and the offset behind it. */
export function textAt(body: Buffer, from: number): { readonly text: string; readonly next: number } {
  const end = body.indexOf(0, from);
  return { text: body.toString("utf8", from, end), next: end + 1 };
}
