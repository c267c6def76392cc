import { createHash } from "node:crypto";
import { type Command, isFailure, type Reply } from "../reply.ts";
import type { Fengari, LuaFunction, LuaState } from "./fengari.ts";
import { fromBytes, pushFunctions, pushRecord, pushReply, toBytes } from "./lua-values.ts";
import { formatG } from "./numbers.ts";

/** Puts the global `redis` into a state: call, pcall, error_reply, status_reply, sha1hex. */
export function redisLibrary(fengari: Fengari, state: LuaState, call: (command: Command) => Reply): void {
  const { lua } = fengari;
  const functions: Record<string, LuaFunction> = {
    call: (running) => callRedis(fengari, running, call, true),
    pcall: (running) => callRedis(fengari, running, call, false),
    error_reply: (running) => oneText(fengari, running, (text) => pushRecord(fengari, running, "err", withCode(text))),
    status_reply: (running) => oneText(fengari, running, (text) => pushRecord(fengari, running, "ok", text)),
    sha1hex: (running) => sha1hex(fengari, running),
  };
  lua.lua_pushglobaltable(state);
  lua.lua_pushstring(state, toBytes("redis"));
  pushFunctions(fengari, state, functions);
  lua.lua_rawset(state, -3);
  lua.lua_pop(state, 1);
}

function callRedis(fengari: Fengari, state: LuaState, call: (command: Command) => Reply, isRaising: boolean): number {
  const reply = runCall(fengari, state, call);
  pushReply(fengari, state, reply);
  return isRaising && isFailure(reply) ? fengari.lua.lua_error(state) : 1;
}

function runCall({ lua }: Fengari, state: LuaState, call: (command: Command) => Reply): Reply {
  const count = lua.lua_gettop(state);
  if (count === 0) return { error: "ERR Please specify at least one argument for this redis lib call" };
  const command: string[] = [];
  for (let index = 1; index <= count; index++) {
    const type = lua.lua_type(state, index);
    if (type === lua.LUA_TNUMBER) command.push(formatG(lua.lua_tonumber(state, index), 17));
    else if (type === lua.LUA_TSTRING) command.push(fromBytes(lua.lua_tostring(state, index)));
    else return { error: "ERR Lua redis lib command arguments must be strings or integers" };
  }
  return call(command);
}

/** Redis 7 gives an error without a code the code ERR: `-CODE text` and `CODE text` stay, `text` becomes `ERR text`. */
function withCode(text: string): string {
  const error = text.replace(/^-/, "").replace(/^[\r\n]+|[\r\n]+$/g, "");
  return error.includes(" ") ? error : `ERR ${error}`;
}

function oneText(fengari: Fengari, state: LuaState, push: (text: string) => void): number {
  const { lua } = fengari;
  if (lua.lua_gettop(state) === 1 && lua.lua_type(state, 1) === lua.LUA_TSTRING) {
    push(fromBytes(lua.lua_tostring(state, 1)));
  } else pushRecord(fengari, state, "err", "ERR wrong number or type of arguments");
  return 1;
}

function sha1hex(fengari: Fengari, state: LuaState): number {
  const { lua, lauxlib } = fengari;
  if (lua.lua_gettop(state) !== 1) {
    pushRecord(fengari, state, "err", "ERR wrong number of arguments");
    return lua.lua_error(state);
  }
  const text = lauxlib.luaL_tolstring(state, 1);
  lua.lua_pushstring(state, toBytes(createHash("sha1").update(text).digest("hex")));
  return 1;
}
