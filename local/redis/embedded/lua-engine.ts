import { createHash } from "node:crypto";
import { type Command, type Failure, isFailure, type Reply } from "../reply.ts";
import { type LuaState, loadFengari } from "./fengari.ts";
import { closeGlobals, keepErrorPlace, openLibraries } from "./lua-environment.ts";
import { oneLine, popReply, toBytes, topField } from "./lua-values.ts";
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
    return lauxlib.luaL_error(running, toBytes(`Script ran longer than ${runMs} ms and was stopped`));
  };
  lua.lua_sethook(state, stopLateScript, lua.LUA_MASKCOUNT, hookEvery);

  const setList = (name: string, items: readonly string[]) => {
    lua.lua_pushglobaltable(state);
    lua.lua_pushstring(state, toBytes(name));
    lua.lua_createtable(state, items.length, 0);
    for (const [index, item] of items.entries()) {
      lua.lua_pushstring(state, toBytes(item));
      lua.lua_rawseti(state, -2, index + 1);
    }
    lua.lua_rawset(state, -3);
    lua.lua_pop(state, 1);
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
      setList("KEYS", keys);
      setList("ARGV", args);
      deadline = Date.now() + runMs;
      lua.lua_pushcfunction(state, (running) => keepErrorPlace(fengari, running));
      lua.lua_rawgeti(state, lua.LUA_REGISTRYINDEX, compiled.get(sha) ?? 0);
      const status = lua.lua_pcall(state, 0, 1, 1);
      const reply = status === lua.LUA_OK ? popReply(fengari, state) : uncaught(sha);
      lua.lua_settop(state, 0);
      return reply;
    },
    flush: () => {
      for (const reference of compiled.values()) lauxlib.luaL_unref(state, lua.LUA_REGISTRYINDEX, reference);
      compiled.clear();
    },
  };

  function uncaught(sha: string): Failure {
    const place = `${topField(fengari, state, "source") ?? ""}:${topField(fengari, state, "line") ?? ""}`;
    const reply = popReply(fengari, state);
    const message = isFailure(reply) ? reply.error : "ERR unknown error";
    return { error: place === ":" ? message : `${message} script: ${sha}, on ${place}.` };
  }
}
