/**
 * The globals that scripts see: Lua's own libraries without files, modules and debugging, Redis's, and nothing that
 * one script could change for the next.
 *
 * Every library is shown through a stand-in: an empty table whose metatable leads to the real one and refuses
 * writes. The functions that look past metatables (`rawset`, `next` ...) know the stand-ins.
 */
import { type Bytes, fromText } from "../bytes/bytes.ts";
import { bitLibrary } from "./bit-library.ts";
import { jsonLibrary } from "./json-library.ts";
import type { HostFunction, Library, LuaMachine } from "./machine.ts";
import { messagePackLibrary } from "./message-pack-library.ts";
import { randomLibrary } from "./random-library.ts";
import { structLibrary } from "./struct-library.ts";
import { GLOBALS, type LuaState, REGISTRY, STRING, TABLE } from "./wasm.ts";
import { wideFormat, wideToNumber } from "./wide-integers.ts";

const READ_ONLY = "Attempt to modify a readonly table";
const ESCAPE = 0x1b;
/** What the parser says of a script that starts like compiled code, which is not taken. */
export const NO_COMPILED_CODE = "unexpected symbol near 'char(27)'";

const REMOVED = ["dofile", "loadfile", "print", "getfenv", "setfenv", "newproxy", "module"];
const LIBRARIES = [
  ...["string", "table", "math", "coroutine", "redis", "cjson", "cmsgpack", "struct", "bit"],
] as const;

/** Ends a script's errors with where they happened; `load` reads its pieces and leaves the rest to loadstring. */
const PRELUDE = `
local getinfo, type, tostring = debug.getinfo, type, tostring
local loadstring, concat = loadstring, table.concat
debug = nil
function load(piece, name)
  local pieces = {}
  while true do
    local text = piece()
    if text == nil or text == '' then break end
    pieces[#pieces + 1] = text
  end
  return loadstring(concat(pieces), name or '=(load)')
end
return function(err)
  local place = getinfo(2, 'Sl')
  if place and place.what == 'C' then place = getinfo(3, 'Sl') end
  if type(err) ~= 'table' then err = {err = 'ERR ' .. tostring(err)} end
  if place then
    err.source = place.source
    err.line = place.currentline
  end
  return err
end
`;

export class Sandbox {
  readonly #machine: LuaMachine;
  /** Addresses of stand-ins, and where the registry keeps what they stand for. */
  readonly #standIns = new Map<number, number>();
  /** Where the registry keeps the error handler. */
  readonly handler: number;
  readonly #globals: number;

  /**
   * @param redis the library of this name
   * @param textBytesMax longest string that a library makes
   */
  constructor(machine: LuaMachine, redis: Library, textBytesMax: number) {
    this.#machine = machine;
    const { api, state: L } = machine;
    for (const open of [
      ...[api.luaopen_base, api.luaopen_table, api.luaopen_string, api.luaopen_math],
      api.luaopen_debug,
    ]) {
      open(L);
      api.lua_settop(L, 0);
    }
    this.#addLibraries({
      redis,
      cjson: jsonLibrary(machine, textBytesMax),
      cmsgpack: messagePackLibrary(machine, textBytesMax),
      struct: structLibrary(machine, textBytesMax),
      bit: bitLibrary(machine),
    });
    this.#addNull();
    // Before the prelude, whose `load` has to end in the guarded `loadstring`.
    this.#replace(null, this.#baseFunctions());
    this.handler = this.#runPrelude();
    this.#replace("math", randomLibrary(machine));
    this.#replace("table", this.#tableFunctions());
    this.#replace("string", { format: wideFormat(machine, this.#original("string", "format")) });
    for (const name of REMOVED) {
      api.lua_pushnil(L);
      machine.setField(L, GLOBALS, name);
    }
    for (const name of LIBRARIES) {
      machine.pushField(L, GLOBALS, name);
      this.#standIn(L);
      machine.setField(L, GLOBALS, name);
    }
    this.#guardStrings();
    this.#globals = this.#guardGlobals();
  }

  /** Sets KEYS or ARGV for the script to come. */
  setGlobal(name: string, values: readonly Bytes[]): void {
    const { api, state: L } = this.#machine;
    api.lua_rawgeti(L, REGISTRY, this.#globals);
    const table = api.lua_gettop(L);
    this.#machine.pushStrings(L, values);
    this.#machine.setField(L, table, name);
    api.lua_settop(L, table - 1);
  }

  /** Makes other globals for `withGlobals`: libraries, and whatever else is asked for is refused. */
  makeGlobals(libraries: Readonly<Record<string, Library>>): number {
    const { api, state: L } = this.#machine;
    api.lua_createtable(L, 0, 1);
    const table = api.lua_gettop(L);
    for (const [name, library] of Object.entries(libraries)) {
      this.#machine.pushLibrary(L, library);
      this.#refuseMissing(L);
      this.#standIn(L);
      this.#machine.setField(L, table, name);
    }
    this.#refuseMissing(L);
    return api.luaL_ref(L, REGISTRY);
  }

  /**
   * While `work` runs, all code finds these globals instead of its own.
   *
   * @param globals from `makeGlobals`
   */
  withGlobals<T>(globals: number, work: () => T): T {
    this.#lookIn(globals);
    try {
      return work();
    } finally {
      this.#lookIn(this.#globals);
    }
  }

  /** Has the stand-in for the globals lead to a table that the registry keeps. */
  #lookIn(globals: number): void {
    const { api, state: L } = this.#machine;
    api.lua_getmetatable(L, GLOBALS);
    const metatable = api.lua_gettop(L);
    api.lua_rawgeti(L, REGISTRY, globals);
    this.#machine.setField(L, metatable, "__index");
    api.lua_settop(L, metatable - 1);
  }

  #addLibraries(libraries: Readonly<Record<string, Library>>): void {
    const { state: L } = this.#machine;
    for (const [name, library] of Object.entries(libraries)) {
      this.#machine.pushLibrary(L, library);
      this.#machine.setField(L, GLOBALS, name);
    }
  }

  /** cjson.null. */
  #addNull(): void {
    const { api, state: L } = this.#machine;
    this.#machine.pushField(L, GLOBALS, "cjson");
    api.lua_pushlightuserdata(L, 0);
    this.#machine.setField(L, api.lua_gettop(L) - 1, "null");
    api.lua_settop(L, 0);
  }

  #runPrelude(): number {
    const { api, state: L } = this.#machine;
    const status = this.#machine.load(L, fromText(PRELUDE), "=prelude");
    if (status !== 0 || api.lua_pcall(L, 0, 1, 0) !== 0) {
      throw new Error(this.#machine.textOf(L, -1) ?? "the prelude failed");
    }
    return api.luaL_ref(L, REGISTRY);
  }

  /** Puts functions into a library, or among the globals. */
  #replace(library: string | null, functions: Library): void {
    const { api, state: L } = this.#machine;
    const names = Object.keys(functions);
    this.#machine.pushLibrary(L, functions);
    const source = api.lua_gettop(L);
    if (library !== null) this.#machine.pushField(L, GLOBALS, library);
    for (const name of names) {
      this.#machine.pushField(L, source, name);
      this.#machine.setField(L, library === null ? GLOBALS : source + 1, name);
    }
    api.lua_settop(L, 0);
  }

  /** Lua's own function of this name. */
  #original(library: string | null, name: string): HostFunction {
    const { api, state: L } = this.#machine;
    if (library !== null) this.#machine.pushField(L, GLOBALS, library);
    this.#machine.pushField(L, library === null ? GLOBALS : api.lua_gettop(L), name);
    const found = this.#machine.functionAt(L, -1);
    api.lua_settop(L, 0);
    return found;
  }

  #isStandIn(L: LuaState, index: number): boolean {
    const { api } = this.#machine;
    return api.lua_type(L, index) === TABLE && this.#standIns.has(api.lua_topointer(L, index));
  }

  /** Puts what a stand-in stands for in its place among the arguments. */
  #resolve(L: LuaState, index: number): void {
    const { api } = this.#machine;
    if (!this.#isStandIn(L, index)) return;
    api.lua_rawgeti(L, REGISTRY, this.#standIns.get(api.lua_topointer(L, index))!);
    api.lua_replace(L, index);
  }

  /** Raises, without a line in front, when the first argument is a stand-in. */
  #refuseStandIn(L: LuaState): void {
    if (!this.#isStandIn(L, 1)) return;
    this.#machine.pushText(L, READ_ONLY);
    this.#machine.throwTop(L);
  }

  #guarded(library: string | null, name: string): HostFunction {
    const original = this.#original(library, name);
    return (L) => {
      this.#refuseStandIn(L);
      return original(L);
    };
  }

  #resolved(name: string): HostFunction {
    const original = this.#original(null, name);
    return (L) => {
      this.#resolve(L, 1);
      return original(L);
    };
  }

  #tableFunctions(): Library {
    return { insert: this.#guarded("table", "insert") };
  }

  #baseFunctions(): Library {
    const machine = this.#machine;
    const { api, state } = machine;
    const getMetatable = this.#original(null, "getmetatable");
    const loadString = this.#original(null, "loadstring");
    const protectedCall = this.#original(null, "pcall");
    const originalNext = this.#original(null, "next");
    const next: HostFunction = (L) => {
      this.#resolve(L, 1);
      return originalNext(L);
    };
    const [hostNext = 0] = machine.addFunctions([next]);
    machine.pushField(state, GLOBALS, "next");
    const plainNext = api.lua_tocfunction(state, -1);
    api.lua_settop(state, 0);
    return {
      rawset: this.#guarded(null, "rawset"),
      setmetatable: this.#guarded(null, "setmetatable"),
      rawget: this.#resolved("rawget"),
      tonumber: wideToNumber(machine, this.#original(null, "tonumber")),
      next,
      pairs: (L) => {
        api.luaL_checktype(L, 1, TABLE);
        api.lua_pushcclosure(L, this.#isStandIn(L, 1) ? hostNext : plainNext, 0);
        api.lua_pushvalue(L, 1);
        api.lua_pushnil(L);
        return 3;
      },
      getmetatable: (L) => {
        if (!this.#isStandIn(L, 1)) return getMetatable(L);
        api.lua_pushnil(L);
        return 1;
      },
      loadstring: (L) => {
        if (api.lua_type(L, 1) !== STRING || machine.viewOf(L, 1)![0] !== ESCAPE) {
          return loadString(L);
        }
        api.lua_pushnil(L);
        machine.pushText(L, NO_COMPILED_CODE);
        return 2;
      },
      // As Redis's: of an error table, the caller gets the text.
      pcall: (L) => {
        const results = protectedCall(L);
        if (api.lua_toboolean(L, 1) === 0 && api.lua_type(L, 2) === TABLE) {
          machine.pushField(L, 2, "err");
          if (api.lua_type(L, -1) === STRING) api.lua_replace(L, 2);
          else api.lua_settop(L, -2);
        }
        return results;
      },
    };
  }

  /** Replaces the table on top of the stack by a stand-in for it. */
  #standIn(L: LuaState): void {
    const { api } = this.#machine;
    const table = api.lua_gettop(L);
    api.lua_createtable(L, 0, 0);
    api.lua_createtable(L, 0, 2);
    api.lua_pushvalue(L, table);
    this.#machine.setField(L, table + 2, "__index");
    api.lua_pushcclosure(L, this.#refuseWrite(), 0);
    this.#machine.setField(L, table + 2, "__newindex");
    api.lua_setmetatable(L, table + 1);
    api.lua_pushvalue(L, table);
    this.#standIns.set(api.lua_topointer(L, table + 1), api.luaL_ref(L, REGISTRY));
    api.lua_replace(L, table);
  }

  #writeRefusal = 0;

  #refuseWrite(): number {
    this.#writeRefusal ||= this.#machine.addFunctions([
      (L) => this.#machine.raise(L, READ_ONLY),
    ])[0]!;
    return this.#writeRefusal;
  }

  /** Scripts that ask for the metatable of strings get a stand-in of one. */
  #guardStrings(): void {
    const { api, state: L } = this.#machine;
    this.#machine.pushText(L, "");
    api.lua_getmetatable(L, -1);
    const metatable = api.lua_gettop(L);
    api.lua_createtable(L, 0, 1);
    this.#machine.pushField(L, GLOBALS, "string");
    this.#machine.setField(L, metatable + 1, "__index");
    this.#standIn(L);
    this.#machine.setField(L, metatable, "__metatable");
    api.lua_settop(L, 0);
  }

  /** Makes a stand-in the globals of every script from now on; answers where the registry keeps the real ones. */
  #guardGlobals(): number {
    const machine = this.#machine;
    const { api, state: L } = machine;
    api.lua_pushvalue(L, GLOBALS);
    const globals = api.lua_gettop(L);
    this.#refuseMissing(L);
    api.lua_pushvalue(L, globals);
    const place = api.luaL_ref(L, REGISTRY);
    this.#standIn(L);
    api.lua_pushvalue(L, globals);
    api.lua_pushvalue(L, globals);
    // The real table's own `_G` is the stand-in as well.
    api.lua_rawgeti(L, REGISTRY, place);
    api.lua_insert(L, -2);
    machine.setField(L, globals + 2, "_G");
    api.lua_settop(L, globals);
    api.lua_replace(L, GLOBALS);
    api.lua_settop(L, 0);
    return place;
  }

  #missing = 0;

  /** Gives the table on top of the stack a metatable that refuses what it has not. */
  #refuseMissing(L: LuaState): void {
    const { api } = this.#machine;
    this.#missing ||= this.#machine.addFunctions([(state) => this.#raiseMissing(state)])[0]!;
    const table = api.lua_gettop(L);
    api.lua_createtable(L, 0, 1);
    api.lua_pushcclosure(L, this.#missing, 0);
    this.#machine.setField(L, table + 1, "__index");
    api.lua_setmetatable(L, table);
  }

  #raiseMissing(L: LuaState): never {
    const machine = this.#machine;
    const name = machine.api.lua_isnumber(L, 2)
      ? String(machine.api.lua_tonumber(L, 2))
      : machine.textOf(L, 2);
    if (name === null) {
      machine.raise(L, "Second argument to luaProtectedTableError must be a string or number");
    }
    return machine.raise(L, `Script attempted to access nonexistent global variable '${name}'`);
  }
}
