/** The library `cjson`, as lua-cjson 2.1. */
import { mapKey } from "../bytes/bytes.ts";
import { JsonReader } from "./json-reader.ts";
import { type JsonSettings, JsonWriter } from "./json-writer.ts";
import type { HostFunction, Library, LuaMachine } from "./machine.ts";
import { BOOLEAN, type LuaState, NIL } from "./wasm.ts";

const INT_MAX = 2 ** 31 - 1;

function defaultSettings(): JsonSettings {
  return {
    encodeDepthMax: 1000,
    decodeDepthMax: 1000,
    sparseConvert: false,
    sparseRatio: 2,
    sparseSafe: 10,
    numberPrecision: 14,
    encodeInvalid: "off",
    decodeInvalid: true,
  };
}

/** @param textBytesMax longest text that encode makes, in bytes */
export function jsonLibrary(machine: LuaMachine, textBytesMax: number): Library {
  const { api } = machine;
  const settings = defaultSettings();
  const writer = new JsonWriter(machine, settings, textBytesMax);
  const reader = new JsonReader(machine, settings);

  function oneArgument(L: LuaState): void {
    if (api.lua_gettop(L) !== 1) machine.argumentError(L, 1, "expected 1 argument");
  }

  function atMost(L: LuaState, count: number): void {
    if (api.lua_gettop(L) <= count) return;
    machine.argumentError(L, count + 1, "found too many arguments");
  }

  /** Reads an optional integer argument; pushes what holds then. */
  function integer(L: LuaState, at: number, now: number, min: number, max: number): number {
    if (api.lua_type(L, at) <= NIL) return now;
    const value = api.luaL_checkinteger(L, at);
    if (value < min || value > max) {
      machine.argumentError(L, at, `expected integer between ${min} and ${max}`);
    }
    return value;
  }

  /** Reads an optional switch: a boolean, or `off`, `on` and the names in `choices`. */
  function choice<T extends string>(L: LuaState, at: number, now: T, choices: readonly T[]): T {
    const type = api.lua_type(L, at);
    if (type <= NIL) return now;
    if (type === BOOLEAN) return (api.lua_toboolean(L, at) ? "on" : "off") as T;
    const word = mapKey(machine.checkBytes(L, at));
    const found = choices.find((name) => name === word);
    return found ?? machine.argumentError(L, at, `invalid option '${word}'`);
  }

  function pushChoice(L: LuaState, value: string): number {
    if (value === "null") machine.pushText(L, value);
    else api.lua_pushboolean(L, value === "on" ? 1 : 0);
    return 1;
  }

  /** A function that reads and answers one number of the settings. */
  function setting(
    name: "encodeDepthMax" | "decodeDepthMax" | "numberPrecision",
    max: number,
  ): HostFunction {
    return (L) => {
      atMost(L, 1);
      settings[name] = integer(L, 1, settings[name], 1, max);
      api.lua_pushnumber(L, settings[name]);
      return 1;
    };
  }

  return {
    _NAME: "cjson",
    _VERSION: "2.1.0",
    encode(L) {
      oneArgument(L);
      machine.pushBytes(L, writer.write(L));
      return 1;
    },
    decode(L) {
      oneArgument(L);
      const bytes = machine.checkBytes(L, 1);
      if (bytes.length >= 2 && (bytes[0] === 0 || bytes[1] === 0)) {
        machine.raise(L, "JSON parser does not support UTF-16 or UTF-32");
      }
      reader.read(L, mapKey(bytes));
      return 1;
    },
    encode_sparse_array(L) {
      atMost(L, 3);
      const now = settings.sparseConvert ? "on" : "off";
      settings.sparseConvert = choice(L, 1, now, ["off", "on"]) === "on";
      settings.sparseRatio = integer(L, 2, settings.sparseRatio, 0, INT_MAX);
      settings.sparseSafe = integer(L, 3, settings.sparseSafe, 0, INT_MAX);
      api.lua_pushboolean(L, settings.sparseConvert ? 1 : 0);
      api.lua_pushnumber(L, settings.sparseRatio);
      api.lua_pushnumber(L, settings.sparseSafe);
      return 3;
    },
    encode_max_depth: setting("encodeDepthMax", INT_MAX),
    decode_max_depth: setting("decodeDepthMax", INT_MAX),
    encode_number_precision: setting("numberPrecision", 14),
    encode_keep_buffer(L) {
      atMost(L, 1);
      api.lua_pushboolean(L, choice(L, 1, "on", ["off", "on"]) === "on" ? 1 : 0);
      return 1;
    },
    encode_invalid_numbers(L) {
      atMost(L, 1);
      settings.encodeInvalid = choice(L, 1, settings.encodeInvalid, ["off", "on", "null"]);
      return pushChoice(L, settings.encodeInvalid);
    },
    decode_invalid_numbers(L) {
      atMost(L, 1);
      const now = settings.decodeInvalid ? "on" : "off";
      settings.decodeInvalid = choice(L, 1, now, ["off", "on"]) === "on";
      return pushChoice(L, settings.decodeInvalid ? "on" : "off");
    },
  };
}
