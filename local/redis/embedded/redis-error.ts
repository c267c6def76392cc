/** A command's refusal; the message starts with Redis' error code. */
export class RedisError extends Error {}

export const syntaxError = "ERR syntax error";
export const notInteger = "ERR value is not an integer or out of range";
export const wrongType = "WRONGTYPE Operation against a key holding the wrong kind of value";

export function wrongArity(command: string): RedisError {
  return new RedisError(`ERR wrong number of arguments for '${command}' command`);
}
