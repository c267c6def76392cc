import { type Failure, isFailure, isStatus, type Reply } from "../reply.ts";
import type { Fengari, LuaFunction, LuaState } from "./fengari.ts";

const depthMax = 100;
const slots = 4; // of Lua's stack, for one level of a nested reply

export function toBytes(binary: string): Uint8Array {
  return Buffer.from(binary, "latin1");
}

export function fromBytes(bytes: Uint8Array | null): string {
  return bytes === null ? "" : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

/** Pushes a reply as Redis does: null is false, a status `{ok=…}`, an error `{err=…}`, an array a table. */
export function pushReply(fengari: Fengari, state: LuaState, reply: Reply): void {
  const { lua } = fengari;
  if (reply === null) lua.lua_pushboolean(state, false);
  else if (typeof reply === "string") lua.lua_pushstring(state, toBytes(reply));
  else if (typeof reply === "number" || typeof reply === "bigint") lua.lua_pushnumber(state, Number(reply));
  else if (Array.isArray(reply)) pushArray(fengari, state, reply);
  else if (isFailure(reply)) pushRecord(fengari, state, "err", reply.error);
  else if (isStatus(reply)) pushRecord(fengari, state, "ok", reply.status);
}

/** Pushes `{[field]=text}`. */
export function pushRecord({ lua }: Fengari, state: LuaState, field: string, text: string): void {
  lua.lua_createtable(state, 0, 1);
  lua.lua_pushstring(state, toBytes(field));
  lua.lua_pushstring(state, toBytes(text));
  lua.lua_rawset(state, -3);
}

/** Pushes a table of functions. */
export function pushFunctions({ lua }: Fengari, state: LuaState, functions: Record<string, LuaFunction>): void {
  lua.lua_createtable(state, 0, Object.keys(functions).length);
  for (const [name, run] of Object.entries(functions)) {
    lua.lua_pushstring(state, toBytes(name));
    lua.lua_pushcfunction(state, run);
    lua.lua_rawset(state, -3);
  }
}

function pushArray(fengari: Fengari, state: LuaState, items: readonly Reply[]): void {
  fengari.lua.lua_checkstack(state, slots);
  fengari.lua.lua_createtable(state, items.length, 0);
  for (const [index, item] of items.entries()) {
    pushReply(fengari, state, item);
    fengari.lua.lua_rawseti(state, -2, index + 1);
  }
}

/** Takes the value on top as a reply: numbers lose their fraction, false and nil are null, a table ends at nil. */
export function popReply(fengari: Fengari, state: LuaState, depth = 0): Reply {
  const { lua } = fengari;
  const reply = topAsReply(fengari, state, depth);
  lua.lua_pop(state, 1);
  return reply;
}

function topAsReply(fengari: Fengari, state: LuaState, depth: number): Reply {
  const { lua } = fengari;
  switch (lua.lua_type(state, -1)) {
    case lua.LUA_TSTRING:
      return fromBytes(lua.lua_tostring(state, -1));
    case lua.LUA_TNUMBER:
      return truncate(lua.lua_tonumber(state, -1));
    case lua.LUA_TBOOLEAN:
      return lua.lua_toboolean(state, -1) ? 1 : null;
    case lua.LUA_TTABLE:
      return tableAsReply(fengari, state, depth);
    default:
      return null;
  }
}

/** Redis casts to a 64-bit integer in C; what does not fit becomes the smallest one on x86-64. */
function truncate(value: number): number | bigint {
  const whole = Math.trunc(value);
  if (Number.isSafeInteger(whole)) return whole === 0 ? 0 : whole;
  return Math.abs(whole) < 2 ** 63 ? BigInt(whole) : -(2n ** 63n);
}

function tableAsReply(fengari: Fengari, state: LuaState, depth: number): Reply {
  if (depth > depthMax || !fengari.lua.lua_checkstack(state, slots)) return { error: "ERR reached lua stack limit" };
  const error = topField(fengari, state, "err");
  if (error !== undefined) return { error: oneLine(error) } satisfies Failure;
  const status = topField(fengari, state, "ok");
  if (status !== undefined) return { status: oneLine(status) };
  const items: Reply[] = [];
  for (let index = 1; fengari.lua.lua_rawgeti(state, -1, index) !== fengari.lua.LUA_TNIL; index++) {
    items.push(popReply(fengari, state, depth + 1));
  }
  fengari.lua.lua_pop(state, 1);
  return items;
}

/** A text field of the table on top. */
export function topField({ lua }: Fengari, state: LuaState, name: string): string | undefined {
  lua.lua_pushstring(state, toBytes(name));
  const isText = lua.lua_rawget(state, -2) === lua.LUA_TSTRING;
  const text = isText ? fromBytes(lua.lua_tostring(state, -1)) : undefined;
  lua.lua_pop(state, 1);
  return text;
}

/** A RESP error or status is one line. */
export function oneLine(text: string): string {
  return text.replace(/[\r\n]/g, " ");
}
