import { createRequire } from "node:module";
import { formatG } from "./numbers.ts";

/** The part of fengari's C-like interface that the script engine uses; fengari ships no types. */
export type LuaState = { readonly lua: unique symbol };
export type LuaFunction = (state: LuaState) => number;
type Activation = { source: Uint8Array; currentline: number };

type Lua = {
  readonly LUA_OK: number;
  readonly LUA_TNIL: number;
  readonly LUA_TBOOLEAN: number;
  readonly LUA_TNUMBER: number;
  readonly LUA_TSTRING: number;
  readonly LUA_TTABLE: number;
  readonly LUA_MASKCOUNT: number;
  readonly LUA_REGISTRYINDEX: number;
  readonly lua_Debug: new () => Activation;
  lua_checkstack(state: LuaState, free: number): boolean;
  lua_createtable(state: LuaState, array: number, record: number): void;
  lua_error(state: LuaState): never;
  lua_getglobal(state: LuaState, name: Uint8Array): number;
  lua_getinfo(state: LuaState, what: Uint8Array, activation: Activation): number;
  lua_getstack(state: LuaState, level: number, activation: Activation): number;
  lua_gettop(state: LuaState): number;
  lua_insert(state: LuaState, index: number): void;
  lua_pcall(state: LuaState, args: number, results: number, handler: number): number;
  lua_pop(state: LuaState, count: number): void;
  lua_pushboolean(state: LuaState, value: boolean): void;
  lua_pushcfunction(state: LuaState, run: LuaFunction): void;
  lua_pushglobaltable(state: LuaState): void;
  lua_pushnil(state: LuaState): void;
  lua_pushnumber(state: LuaState, value: number): void;
  lua_pushstring(state: LuaState, value: Uint8Array): Uint8Array;
  lua_rawget(state: LuaState, index: number): number;
  lua_rawgeti(state: LuaState, index: number, key: number): number;
  lua_rawset(state: LuaState, index: number): void;
  lua_rawseti(state: LuaState, index: number, key: number): void;
  lua_sethook(state: LuaState, hook: LuaFunction, mask: number, count: number): void;
  lua_setmetatable(state: LuaState, index: number): number;
  lua_settop(state: LuaState, index: number): void;
  lua_toboolean(state: LuaState, index: number): boolean;
  lua_tonumber(state: LuaState, index: number): number;
  lua_tostring(state: LuaState, index: number): Uint8Array | null;
  lua_type(state: LuaState, index: number): number;
};

type Auxiliary = {
  luaL_error(state: LuaState, message: Uint8Array): never;
  luaL_loadbuffer(state: LuaState, source: Uint8Array, size: number, name: Uint8Array): number;
  luaL_newstate(): LuaState;
  luaL_ref(state: LuaState, table: number): number;
  luaL_requiref(state: LuaState, name: Uint8Array, open: LuaFunction, isGlobal: number): void;
  luaL_tolstring(state: LuaState, index: number): Uint8Array;
  luaL_unref(state: LuaState, table: number, reference: number): void;
};

type Libraries = Readonly<Record<"luaopen_base" | "luaopen_table" | "luaopen_string" | "luaopen_math", LuaFunction>>;

export type Fengari = { readonly lua: Lua; readonly lauxlib: Auxiliary; readonly lualib: Libraries };

/**
 * Loads fengari with the numbers of Redis' Lua 5.1, where each is a double. Fengari is Lua 5.3 with integers of 32
 * bits: `1700000000 * 1000` would wrap and `tostring(4 / 2)` would be "2.0". Its modules read these constants when
 * they load, so they are changed first; the version of fengari is pinned.
 */
export function loadFengari(): Fengari {
  const require = createRequire(import.meta.url);
  const { constant_types: types } = require("fengari/src/defs.js");
  types.LUA_TNUMINT = types.LUA_TNUMFLT;
  const config = require("fengari/src/luaconf.js");
  config.LUA_COMPAT_FLOATSTRING = true;
  config.lua_number2str = (value: number) => formatG(value, 14);
  config.lua_numbertointeger = (value: number) => (Math.abs(value) < 2 ** 63 ? value : false);
  const fengari: Fengari = require("fengari");
  require("fengari/src/lobject.js").TValue.prototype.ttisinteger = () => false;
  return fengari;
}
