import type { Command, Failure, Reply } from "../reply.ts";
import type { CommandSpec } from "./command-table.ts";
import type { Keyspace } from "./keyspace.ts";
import { oneLine } from "./lua-values.ts";
import { RedisError, wrongArity } from "./redis-error.ts";

export type Commands = ReadonlyMap<string, CommandSpec>;

/** Runs one command; every refusal is an answer. */
export function execute(commands: Commands, db: Keyspace, command: Command): Reply {
  const spec = lookUp(commands, command);
  if ("error" in spec) return spec;
  try {
    return spec.run(db, command.slice(1));
  } catch (error) {
    if (error instanceof RedisError) return { error: oneLine(error.message) };
    throw error;
  }
}

/** Why Redis would not even queue a command; undefined when it would. */
export function refusalToQueue(commands: Commands, command: Command): Failure | undefined {
  const spec = lookUp(commands, command);
  return "error" in spec ? spec : undefined;
}

/** The words in which scripts hear of these two refusals differ. */
export function executeFromScript(commands: Commands, db: Keyspace, command: Command): Reply {
  const name = (command[0] ?? "").toLowerCase();
  const spec = commands.get(name);
  if (spec === undefined) return { error: "ERR Unknown Redis command called from script" };
  if (!hasArity(spec, command)) return { error: "ERR Wrong number of args calling Redis command from script" };
  if (["eval", "evalsha", "script"].includes(name)) {
    return { error: "ERR This Redis command is not allowed from script" };
  }
  return execute(commands, db, command);
}

function lookUp(commands: Commands, command: Command): CommandSpec | Failure {
  const [name = "", ...args] = command;
  const spec = commands.get(name.toLowerCase());
  if (spec === undefined) return unknownCommand(name, args);
  return hasArity(spec, command) ? spec : { error: wrongArity(name.toLowerCase()).message };
}

function hasArity({ arity }: CommandSpec, command: Command): boolean {
  return arity > 0 ? command.length === arity : command.length >= -arity;
}

function unknownCommand(name: string, args: readonly string[]): Failure {
  let beginning = "";
  for (const argument of args) {
    if (beginning.length >= 128) break;
    beginning += `'${argument.slice(0, 128 - beginning.length)}' `;
  }
  const message = `ERR unknown command '${name.slice(0, 128)}', with args beginning with: ${beginning}`;
  return { error: oneLine(message) };
}
