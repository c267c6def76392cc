/**
 * What a Redis command says and answers. Text in this folder is binary: one character a byte (latin1),
 * so that values which are no UTF-8 survive, and only the HTTP side translates.
 */
export type Command = readonly string[];
export type Status = { readonly status: string };
export type Failure = { readonly error: string };
export type Reply = number | bigint | string | null | Status | Failure | Reply[];

export const ok: Status = { status: "OK" };

export function isFailure(reply: Reply): reply is Failure {
  return typeof reply === "object" && reply !== null && "error" in reply;
}

export function isStatus(reply: Reply): reply is Status {
  return typeof reply === "object" && reply !== null && "status" in reply;
}

/** Bytes of the UTF-8 form of a text, one character each. */
export function toBinary(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, "utf8").toString("latin1");
}

/** The text whose UTF-8 form these bytes are; what is no UTF-8 becomes U+FFFD. */
export function fromBinary(bytes: string): string {
  return isAscii(bytes) ? bytes : Buffer.from(bytes, "latin1").toString("utf8");
}

function isAscii(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of one-byte UTF-8 is the point
  return /^[\x00-\x7f]*$/.test(text);
}
