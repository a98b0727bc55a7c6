/** redis.register_function: how a library tells, while it is loaded, what can be called in it. */
import { type Bytes, mapKey } from "../bytes/bytes.ts";
import { isLibraryName, LIBRARY_NAME_ERROR } from "./library-head.ts";
import type { HostFunction, LuaMachine } from "./machine.ts";
import { raiseError } from "./script-error.ts";
import { SCRIPT_FLAGS } from "./script-flags.ts";
import { FUNCTION, type LuaState, NIL, REGISTRY, TABLE } from "./wasm.ts";

/** What was said of a function. */
export interface Registration {
  readonly name: string;
  /** null: none. */
  readonly description: Bytes | null;
  readonly flags: ReadonlySet<string>;
  /** Where the interpreter keeps it. */
  readonly compiled: number;
}

/** @param registered those of the library that is being loaded, by name; null: none is */
export function registerFunction(
  machine: LuaMachine,
  registered: () => Map<string, Registration> | null,
): HostFunction {
  const { api } = machine;
  return (L) => {
    const functions = registered();
    if (functions === null) {
      const text = "redis.register_function can only be called on FUNCTION LOAD command";
      raiseError(machine, L, text);
    }
    const read = readArguments(machine, L);
    if (typeof read === "string") raiseError(machine, L, read);
    const problem = nameProblem(read.name, functions);
    if (problem !== null) {
      api.luaL_unref(L, REGISTRY, read.compiled);
      raiseError(machine, L, problem);
    }
    functions.set(read.name, read);
    return 0;
  };
}

function nameProblem(name: string, functions: ReadonlyMap<string, Registration>): string | null {
  if (!isLibraryName(name)) return LIBRARY_NAME_ERROR;
  return functions.has(name) ? "Function already exists in the library" : null;
}

/** The function, or what is wrong with the arguments. */
function readArguments(machine: LuaMachine, L: LuaState): Registration | string {
  const { api } = machine;
  const count = api.lua_gettop(L);
  if (count === 1) return readNamed(machine, L);
  if (count !== 2) return "wrong number of arguments to redis.register_function";
  const name = machine.bytesOf(L, 1);
  if (name === null) return "first argument to redis.register_function must be a string";
  if (api.lua_type(L, 2) !== FUNCTION) {
    return "second argument to redis.register_function must be a function";
  }
  const compiled = api.luaL_ref(L, REGISTRY);
  return { name: mapKey(name), description: null, flags: new Set(), compiled };
}

interface Named {
  name: string | null;
  description: Bytes | null;
  flags: ReadonlySet<string>;
  compiled: number | null;
}

function readNamed(machine: LuaMachine, L: LuaState): Registration | string {
  const { api } = machine;
  if (api.lua_type(L, 1) !== TABLE) {
    return "calling redis.register_function with a single argument is only applicable to Lua table (representing named arguments).";
  }
  const named: Named = { name: null, description: null, flags: new Set(), compiled: null };
  let problem: string | null = null;
  api.lua_pushnil(L);
  while (problem === null && api.lua_next(L, 1) !== 0) {
    problem = readField(machine, L, named);
    api.lua_settop(L, 2);
  }
  const { name, description, flags, compiled } = named;
  if (problem === null && name === null) {
    problem = "redis.register_function must get a function name argument";
  }
  if (problem === null && name !== null && compiled !== null) {
    return { name, description, flags, compiled };
  }
  if (compiled !== null) api.luaL_unref(L, REGISTRY, compiled);
  return problem ?? "redis.register_function must get a callback argument";
}

/** Reads the field whose name and value are on top of the stack; answers what is wrong with it. */
function readField(machine: LuaMachine, L: LuaState, named: Named): string | null {
  const { api } = machine;
  // A copy: to make a text of a number would change it where the walk over the table needs it.
  api.lua_pushvalue(L, 2);
  const key = machine.bytesOf(L, -1);
  if (key === null) return "named argument key given to redis.register_function is not a string";
  switch (mapKey(key).toLowerCase()) {
    case "function_name": {
      const name = machine.bytesOf(L, 3);
      if (name === null) {
        return "function_name argument given to redis.register_function must be a string";
      }
      named.name = mapKey(name);
      return null;
    }
    case "description":
      named.description = machine.bytesOf(L, 3);
      return named.description === null
        ? "description argument given to redis.register_function must be a string"
        : null;
    case "callback":
      if (api.lua_type(L, 3) !== FUNCTION) {
        return "callback argument given to redis.register_function must be a function";
      }
      if (named.compiled !== null) api.luaL_unref(L, REGISTRY, named.compiled);
      api.lua_pushvalue(L, 3);
      named.compiled = api.luaL_ref(L, REGISTRY);
      return null;
    case "flags": {
      if (api.lua_type(L, 3) !== TABLE) {
        return "flags argument to redis.register_function must be a table representing function flags";
      }
      const flags = readFlags(machine, L, 3);
      if (flags === null) return "unknown flag given";
      named.flags = flags;
      return null;
    }
    default:
      return "unknown argument given to redis.register_function";
  }
}

/** The flags in the list at `index`, up to its first nil; null when one is unknown. */
function readFlags(machine: LuaMachine, L: LuaState, index: number): Set<string> | null {
  const { api } = machine;
  const flags = new Set<string>();
  const top = api.lua_gettop(L);
  for (let item = 1; ; item++) {
    api.lua_rawgeti(L, index, item);
    if (api.lua_type(L, -1) === NIL) return flags;
    const bytes = machine.bytesOf(L, -1);
    const flag = bytes === null ? "" : mapKey(bytes).toLowerCase();
    if (!SCRIPT_FLAGS.includes(flag)) return null;
    flags.add(flag);
    api.lua_settop(L, top);
  }
}
