import type { Reply } from "../reply.ts";
import type { Keyspace } from "./keyspace.ts";

/** Runs a command; `args` are what follows its name. Throws RedisError. */
type Run = (db: Keyspace, args: readonly string[]) => Reply;

/** As in Redis: `arity` counts the name, and a negative one is a minimum. */
export type CommandSpec = { readonly arity: number; readonly run: Run };

export type CommandTable = Readonly<Record<string, CommandSpec>>;

/** Arguments by position that the arity has already promised. */
export function arg(args: readonly string[], index: number): string {
  const value = args[index];
  if (value === undefined) throw new Error(`the arity should have refused a missing argument ${index}`);
  return value;
}

/** The arguments two by two; the caller has checked that they are even. */
export function pairs(args: readonly string[]): [string, string][] {
  const result: [string, string][] = [];
  for (let index = 0; index + 1 < args.length; index += 2) result.push([arg(args, index), arg(args, index + 1)]);
  return result;
}
