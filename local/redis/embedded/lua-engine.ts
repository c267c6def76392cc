import { createHash } from "node:crypto";
import { type Command, type Failure, isFailure, type Reply } from "../reply.ts";
import { type Fengari, type LuaState, loadFengari } from "./fengari.ts";
import { closeGlobals, keepErrorPlace, openLibraries } from "./lua-environment.ts";
import { oneLine, popReply, pushReply, toBytes, topField } from "./lua-values.ts";
import { redisLibrary } from "./redis-library.ts";

export type LuaEngine = {
  /** Compiles a script once; answers its SHA-1 or why it does not compile. */
  load(source: string): string | Failure;
  has(sha: string): boolean;
  /** Runs a loaded script to its end, at most 5 s. Answers the script's own or an uncaught error as a Failure. */
  run(sha: string, keys: readonly string[], args: readonly string[]): Reply;
  flush(): void;
};

const runMs = 5_000;
const hookEvery = 100_000; // instructions

/** One Lua state for all scripts, as in Redis; `call` runs a command a script asks for. */
export function openLua(call: (command: Command) => Reply): LuaEngine {
  const fengari = loadFengari();
  const { lua, lauxlib } = fengari;
  const state = lauxlib.luaL_newstate();
  const compiled = new Map<string, number>();
  let deadline = 0;

  openLibraries(fengari, state);
  redisLibrary(fengari, state, call);
  closeGlobals(fengari, state);
  const stopLateScript = (running: LuaState): number => {
    if (Date.now() < deadline) return 0;
    lua.lua_sethook(state, stopLateScript, lua.LUA_MASKCOUNT, 1); // so that a loop around pcall ends, too
    return lauxlib.luaL_error(running, toBytes(`Script ran longer than ${runMs} ms and was stopped`));
  };

  return {
    load: (source) => {
      const sha = createHash("sha1").update(toBytes(source)).digest("hex");
      if (compiled.has(sha)) return sha;
      const bytes = toBytes(source);
      const status = lauxlib.luaL_loadbuffer(state, bytes, bytes.length, toBytes("@user_script"));
      if (status === lua.LUA_OK) compiled.set(sha, lauxlib.luaL_ref(state, lua.LUA_REGISTRYINDEX));
      else return { error: `ERR Error compiling script (new function): ${oneLine(String(popReply(fengari, state)))}` };
      return sha;
    },
    has: (sha) => compiled.has(sha),
    run: (sha, keys, args) => {
      setGlobalList(fengari, state, "KEYS", keys);
      setGlobalList(fengari, state, "ARGV", args);
      deadline = Date.now() + runMs;
      lua.lua_sethook(state, stopLateScript, lua.LUA_MASKCOUNT, hookEvery);
      lua.lua_pushcfunction(state, (running) => keepErrorPlace(fengari, running));
      lua.lua_rawgeti(state, lua.LUA_REGISTRYINDEX, compiled.get(sha) ?? 0);
      const status = lua.lua_pcall(state, 0, 1, 1);
      const reply = status === lua.LUA_OK ? popReply(fengari, state) : popUncaught(fengari, state, sha);
      lua.lua_settop(state, 0);
      return reply;
    },
    flush: () => {
      for (const reference of compiled.values()) lauxlib.luaL_unref(state, lua.LUA_REGISTRYINDEX, reference);
      compiled.clear();
    },
  };
}

/** Redis keeps KEYS and ARGV as globals; a script may write into them. */
function setGlobalList(fengari: Fengari, state: LuaState, name: string, items: readonly string[]): void {
  const { lua } = fengari;
  lua.lua_pushglobaltable(state);
  lua.lua_pushstring(state, toBytes(name));
  pushReply(fengari, state, [...items]);
  lua.lua_rawset(state, -3);
  lua.lua_pop(state, 1);
}

/** The error table on top, in Redis' words: what, in which script, on which line. */
function popUncaught(fengari: Fengari, state: LuaState, sha: string): Failure {
  const place = `${topField(fengari, state, "source") ?? ""}:${topField(fengari, state, "line") ?? ""}`;
  const reply = popReply(fengari, state);
  const message = isFailure(reply) ? reply.error : "ERR unknown error";
  return { error: place === ":" ? message : `${message} script: ${sha}, on ${place}.` };
}
