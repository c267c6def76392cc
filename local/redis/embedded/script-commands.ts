import { ok, type Reply } from "../reply.ts";
import { arg, type CommandTable } from "./command-table.ts";
import type { LuaEngine } from "./lua-engine.ts";
import { integerArgument } from "./numbers.ts";
import { RedisError, wrongArity } from "./redis-error.ts";

/** EVAL, EVALSHA and SCRIPT LOAD, EXISTS, FLUSH over one Lua state. */
export function scriptCommands(lua: LuaEngine): CommandTable {
  return {
    eval: { arity: -3, run: (_, args) => evalSource(lua, args) },
    evalsha: { arity: -3, run: (_, args) => evalSha(lua, args) },
    script: { arity: -2, run: (_, args) => script(lua, args) },
  };
}

function evalSource(lua: LuaEngine, args: readonly string[]): Reply {
  const { keys, rest } = splitKeys(args);
  const sha = lua.load(arg(args, 0));
  return typeof sha === "string" ? lua.run(sha, keys, rest) : sha;
}

function evalSha(lua: LuaEngine, args: readonly string[]): Reply {
  const { keys, rest } = splitKeys(args);
  const sha = arg(args, 0).toLowerCase();
  if (!lua.has(sha)) throw new RedisError("NOSCRIPT No matching script. Please use EVAL.");
  return lua.run(sha, keys, rest);
}

function splitKeys(args: readonly string[]) {
  const count = integerArgument(arg(args, 1));
  if (count > args.length - 2) throw new RedisError("ERR Number of keys can't be greater than number of args");
  if (count < 0) throw new RedisError("ERR Number of keys can't be negative");
  return { keys: args.slice(2, 2 + count), rest: args.slice(2 + count) };
}

function script(lua: LuaEngine, args: readonly string[]): Reply {
  const [subcommand = "", ...rest] = args;
  switch (subcommand.toLowerCase()) {
    case "load":
      if (rest.length !== 1) throw wrongArity("script|load");
      return lua.load(arg(rest, 0));
    case "exists":
      if (rest.length === 0) throw wrongArity("script|exists");
      return rest.map((sha) => (lua.has(sha.toLowerCase()) ? 1 : 0));
    case "flush":
      return flush(lua, rest);
    default:
      throw new RedisError(`ERR unknown subcommand '${subcommand.slice(0, 128)}'. Try SCRIPT HELP.`);
  }
}

function flush(lua: LuaEngine, args: readonly string[]): Reply {
  const isPlain = args.length === 0 || (args.length === 1 && /^a?sync$/i.test(arg(args, 0)));
  if (!isPlain) throw new RedisError("ERR SCRIPT FLUSH only support SYNC|ASYNC option");
  lua.flush();
  return ok;
}
