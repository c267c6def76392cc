import type { Fengari, LuaFunction, LuaState } from "./fengari.ts";
import { fromBytes, pushFunctions, pushRecord, toBytes } from "./lua-values.ts";

/**
 * What Lua 5.1 scripts expect and 5.3 renamed; nothing that reaches files or other code; and Redis' own pcall,
 * which hands over a command's error as its text.
 */
const lua51 = `
unpack = table.unpack
loadstring = load
math.pow = function(x, y) return x ^ y end
table.getn = function(list) return #list end
local protected = pcall
local function unwrap(ok, reason, ...)
  if not ok and type(reason) == 'table' and type(reason.err) == 'string' then return ok, reason.err end
  return ok, reason, ...
end
pcall = function(...) return unwrap(protected(...)) end
dofile, loadfile, print, require = nil, nil, nil, nil`;

/** Opens the pure libraries: base, table, string, math. */
export function openLibraries(fengari: Fengari, state: LuaState): void {
  const { lua, lauxlib, lualib } = fengari;
  const libraries = { _G: lualib.luaopen_base, table: lualib.luaopen_table, string: lualib.luaopen_string };
  for (const [name, open] of Object.entries({ ...libraries, math: lualib.luaopen_math })) {
    lauxlib.luaL_requiref(state, toBytes(name), open, 1);
    lua.lua_pop(state, 1);
  }
  const source = toBytes(lua51);
  lauxlib.luaL_loadbuffer(state, source, source.length, toBytes("@lua51"));
  if (lua.lua_pcall(state, 0, 0, 0) !== lua.LUA_OK) throw new Error(fromBytes(lua.lua_tostring(state, -1)));
}

/** A script can neither make a global nor read one that is not there: a forgotten `local` is found at once. */
export function closeGlobals(fengari: Fengari, state: LuaState): void {
  const { lua, lauxlib } = fengari;
  const refuseWrite: LuaFunction = (running) =>
    lauxlib.luaL_error(running, toBytes("Attempt to modify a readonly table"));
  const refuseUnknown: LuaFunction = (running) => {
    const name = fromBytes(lauxlib.luaL_tolstring(running, 2));
    return lauxlib.luaL_error(running, toBytes(`Script attempted to access nonexistent global variable '${name}'`));
  };
  lua.lua_getglobal(state, toBytes("redis"));
  setMetatable(fengari, state, { __newindex: refuseWrite });
  lua.lua_pushglobaltable(state);
  setMetatable(fengari, state, { __newindex: refuseWrite, __index: refuseUnknown });
  lua.lua_pop(state, 2);
}

/** Gives the table on top a metatable of these functions. */
function setMetatable(fengari: Fengari, state: LuaState, functions: Record<string, LuaFunction>): void {
  pushFunctions(fengari, state, functions);
  fengari.lua.lua_setmetatable(state, -2);
}

/** Message handler of an uncaught error: a text becomes `{err="ERR …"}`, and the table learns where it was raised. */
export function keepErrorPlace(fengari: Fengari, state: LuaState): number {
  const { lua, lauxlib } = fengari;
  if (lua.lua_type(state, -1) !== lua.LUA_TTABLE) {
    pushRecord(fengari, state, "err", `ERR ${fromBytes(lauxlib.luaL_tolstring(state, -1))}`);
  }
  const raiser = callerOf(fengari, state);
  if (raiser === undefined) return 1;
  for (const [name, value] of Object.entries(raiser)) {
    lua.lua_pushstring(state, toBytes(name));
    lua.lua_pushstring(state, toBytes(value));
    lua.lua_rawset(state, -3);
  }
  return 1;
}

/** Where the innermost function is that was written in Lua: `error` and `redis.call` were not. */
function callerOf({ lua }: Fengari, state: LuaState): { source: string; line: string } | undefined {
  const activation = new lua.lua_Debug();
  for (let level = 1; lua.lua_getstack(state, level, activation) !== 0; level++) {
    lua.lua_getinfo(state, toBytes("Sl"), activation);
    if (activation.currentline > 0)
      return { source: fromBytes(activation.source), line: String(activation.currentline) };
  }
  return undefined;
}
