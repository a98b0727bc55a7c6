/** The Lua 5.1 interpreter as WebAssembly: what it exports, and its compiled form, made when first needed. */
import { readFileSync } from "node:fs";
import binaryPath from "wasmoon-lua5.1/dist/liblua5.1.wasm" with { type: "file" };

/** Address of a Lua state or thread. */
export type LuaState = number;
/** Address in the interpreter's memory. */
export type Pointer = number;

/** The C API of Lua 5.1, as far as it is used here. Names and meanings are those of its reference manual. */
export interface LuaApi {
  readonly memory: WebAssembly.Memory;
  readonly __indirect_function_table: WebAssembly.Table;
  __wasm_call_ctors(): void;
  emscripten_stack_init(): void;
  stackSave(): number;
  stackRestore(pointer: number): void;
  setThrew(threw: number, value: number): void;
  malloc(bytes: number): Pointer;
  free(pointer: Pointer): void;
  luaL_newstate(): LuaState;
  luaL_loadbuffer(L: LuaState, text: Pointer, bytes: number, name: Pointer): number;
  luaL_ref(L: LuaState, index: number): number;
  luaL_unref(L: LuaState, index: number, ref: number): void;
  luaL_where(L: LuaState, level: number): void;
  luaL_argerror(L: LuaState, argument: number, text: Pointer): number;
  luaL_typerror(L: LuaState, argument: number, expected: Pointer): number;
  luaL_checknumber(L: LuaState, argument: number): number;
  luaL_checkinteger(L: LuaState, argument: number): number;
  luaL_optinteger(L: LuaState, argument: number, fallback: number): number;
  luaL_checklstring(L: LuaState, argument: number, length: Pointer): Pointer;
  luaL_checktype(L: LuaState, argument: number, type: number): void;
  luaopen_base(L: LuaState): number;
  luaopen_table(L: LuaState): number;
  luaopen_string(L: LuaState): number;
  luaopen_math(L: LuaState): number;
  luaopen_debug(L: LuaState): number;
  lua_call(L: LuaState, args: number, results: number): void;
  lua_checkstack(L: LuaState, slots: number): number;
  lua_concat(L: LuaState, count: number): void;
  lua_createtable(L: LuaState, items: number, fields: number): void;
  lua_error(L: LuaState): number;
  lua_gc(L: LuaState, what: number, data: number): number;
  lua_getfield(L: LuaState, index: number, name: Pointer): void;
  lua_getmetatable(L: LuaState, index: number): number;
  lua_gettop(L: LuaState): number;
  lua_insert(L: LuaState, index: number): void;
  lua_isnumber(L: LuaState, index: number): number;
  lua_next(L: LuaState, index: number): number;
  lua_objlen(L: LuaState, index: number): number;
  lua_pcall(L: LuaState, args: number, results: number, handler: number): number;
  lua_pushboolean(L: LuaState, value: number): void;
  lua_pushcclosure(L: LuaState, fn: number, values: number): void;
  lua_pushlightuserdata(L: LuaState, pointer: Pointer): void;
  lua_pushlstring(L: LuaState, text: Pointer, bytes: number): void;
  lua_pushnil(L: LuaState): void;
  lua_pushnumber(L: LuaState, value: number): void;
  lua_pushvalue(L: LuaState, index: number): void;
  lua_rawget(L: LuaState, index: number): void;
  lua_rawgeti(L: LuaState, index: number, item: number): void;
  lua_rawset(L: LuaState, index: number): void;
  lua_rawseti(L: LuaState, index: number, item: number): void;
  lua_remove(L: LuaState, index: number): void;
  lua_replace(L: LuaState, index: number): void;
  lua_sethook(L: LuaState, hook: number, mask: number, count: number): void;
  lua_setmetatable(L: LuaState, index: number): number;
  lua_settable(L: LuaState, index: number): void;
  lua_settop(L: LuaState, index: number): void;
  lua_toboolean(L: LuaState, index: number): number;
  lua_tocfunction(L: LuaState, index: number): number;
  lua_tolstring(L: LuaState, index: number, length: Pointer): Pointer;
  lua_tonumber(L: LuaState, index: number): number;
  lua_topointer(L: LuaState, index: number): Pointer;
  lua_type(L: LuaState, index: number): number;
}

export const REGISTRY = -10000;
export const GLOBALS = -10002;

export const NIL = 0;
export const BOOLEAN = 1;
export const LIGHT_USERDATA = 2;
export const NUMBER = 3;
export const STRING = 4;
export const TABLE = 5;
export const FUNCTION = 6;

/** Names of the types, from none (-1) on, as error texts have them. */
export const TYPE_NAMES = [
  ...["no value", "nil", "boolean", "userdata", "number", "string", "table", "function"],
  ...["userdata", "thread"],
] as const;

export const MASK_COUNT = 8;
export const GC_STEP = 5;

let compiled: WebAssembly.Module | null = null;

/** The interpreter's code. The first call takes some milliseconds. */
export function luaModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(binaryPath));
  return compiled;
}
