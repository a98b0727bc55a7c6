/** cjson.encode: Lua values as JSON, to the byte as lua-cjson 2.1 writes it. */
import { type Bytes, fromMapKey, mapKey } from "../bytes/bytes.ts";
import type { LuaMachine } from "./machine.ts";
import { BOOLEAN, LIGHT_USERDATA, type LuaState, NIL, NUMBER, STRING, TABLE } from "./wasm.ts";

/** Settings that scripts may change, shared by all of them, as in Redis. */
export interface JsonSettings {
  encodeDepthMax: number;
  decodeDepthMax: number;
  /** Whether a table with too many holes becomes an object, instead of an error. */
  sparseConvert: boolean;
  sparseRatio: number;
  sparseSafe: number;
  numberPrecision: number;
  /** NaN and infinities: refused, written as they are, or as null. */
  encodeInvalid: "off" | "on" | "null";
  decodeInvalid: boolean;
}

/** The precision of Lua's own number texts. */
const LUA_PRECISION = 14;
/** Integers below this have at most that many digits. */
const PLAIN_INTEGER_MAX = 1e14;

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "/": "\\/",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
};

const ESCAPED = new RegExp(`["\\\\/${range(0, 0x1f)}\\x7f]`, "g");

function range(from: number, to: number): string {
  return `\\x${hex(from)}-\\x${hex(to)}`;
}

function hex(value: number): string {
  return Uint8Array.of(value).toHex();
}

function escapeText(text: string): string {
  return text.replace(ESCAPED, (char) => ESCAPES[char] ?? `\\u00${hex(char.charCodeAt(0))}`);
}

export class JsonWriter {
  readonly #machine: LuaMachine;
  readonly #settings: JsonSettings;
  readonly #bytesMax: number;
  #parts: string[] = [];
  #bytes = 0;

  /** @param bytesMax longest text, in bytes: tables may hold each other many times */
  constructor(machine: LuaMachine, settings: JsonSettings, bytesMax: number) {
    this.#machine = machine;
    this.#settings = settings;
    this.#bytesMax = bytesMax;
  }

  /** The value on top of the stack. */
  write(L: LuaState): Bytes {
    this.#parts = [];
    this.#bytes = 0;
    this.#value(L, 0);
    const text = this.#parts.join("");
    this.#parts = [];
    return fromMapKey(text);
  }

  #add(L: LuaState, text: string): void {
    this.#bytes += text.length;
    if (this.#bytes > this.#bytesMax) this.#machine.raise(L, "not enough memory");
    this.#parts.push(text);
  }

  #value(L: LuaState, depth: number): void {
    const { api } = this.#machine;
    this.#machine.pulse();
    switch (api.lua_type(L, -1)) {
      case STRING:
        this.#add(L, this.#string(L));
        break;
      case NUMBER:
        this.#add(L, this.#number(L));
        break;
      case BOOLEAN:
        this.#add(L, api.lua_toboolean(L, -1) ? "true" : "false");
        break;
      case NIL:
        this.#add(L, "null");
        break;
      case TABLE:
        this.#table(L, depth + 1);
        break;
      case LIGHT_USERDATA:
        if (api.lua_topointer(L, -1) !== 0) this.#refuse(L, "type not supported");
        this.#add(L, "null");
        break;
      default:
        this.#refuse(L, "type not supported");
    }
  }

  #string(L: LuaState): string {
    return `"${escapeText(mapKey(this.#machine.viewOf(L, -1)!))}"`;
  }

  #number(L: LuaState): string {
    const { api } = this.#machine;
    const { encodeInvalid, numberPrecision } = this.#settings;
    const value = api.lua_tonumber(L, -1);
    if (Number.isInteger(value) && Math.abs(value) < PLAIN_INTEGER_MAX) {
      return Object.is(value, -0) ? "-0" : String(value);
    }
    if (!Number.isFinite(value)) {
      if (encodeInvalid === "off") this.#refuse(L, "must not be NaN or Inf");
      if (encodeInvalid === "null") return "null";
      return Number.isNaN(value) ? "nan" : value < 0 ? "-inf" : "inf";
    }
    if (numberPrecision !== LUA_PRECISION) return cutNumber(value, numberPrecision);
    // A copy: the original, which may be a table's key, has to stay a number.
    api.lua_pushvalue(L, -1);
    const text = mapKey(this.#machine.viewOf(L, -1)!);
    api.lua_settop(L, -2);
    return text;
  }

  #table(L: LuaState, depth: number): void {
    const { machine, settings } = { machine: this.#machine, settings: this.#settings };
    if (depth > settings.encodeDepthMax || machine.api.lua_checkstack(L, 8) === 0) {
      machine.raise(L, `Cannot serialise, excessive nesting (${depth})`);
    }
    const length = this.#arrayLength(L);
    if (length > 0) this.#array(L, length, depth);
    else this.#object(L, depth);
  }

  /** Largest index when all keys are positive integers; -1 when they are not, or too far apart. */
  #arrayLength(L: LuaState): number {
    const { api } = this.#machine;
    const { sparseConvert, sparseRatio, sparseSafe } = this.#settings;
    let largest = 0;
    let items = 0;
    api.lua_pushnil(L);
    while (api.lua_next(L, -2)) {
      const index = api.lua_type(L, -2) === NUMBER ? api.lua_tonumber(L, -2) : 0;
      if (!(index >= 1 && Number.isInteger(index))) {
        api.lua_settop(L, -3);
        return -1;
      }
      largest = Math.max(largest, index);
      items++;
      api.lua_settop(L, -2);
    }
    if (sparseRatio > 0 && largest > items * sparseRatio && largest > sparseSafe) {
      if (!sparseConvert) this.#refuse(L, "excessively sparse array");
      return -1;
    }
    return largest;
  }

  #array(L: LuaState, length: number, depth: number): void {
    const { api } = this.#machine;
    this.#add(L, "[");
    for (let index = 1; index <= length; index++) {
      if (index > 1) this.#add(L, ",");
      api.lua_rawgeti(L, -1, index);
      this.#value(L, depth);
      api.lua_settop(L, -2);
    }
    this.#add(L, "]");
  }

  #object(L: LuaState, depth: number): void {
    const { api } = this.#machine;
    this.#add(L, "{");
    let isFirst = true;
    api.lua_pushnil(L);
    while (api.lua_next(L, -2)) {
      if (!isFirst) this.#add(L, ",");
      isFirst = false;
      api.lua_pushvalue(L, -2);
      const type = api.lua_type(L, -1);
      if (type === STRING) this.#add(L, this.#string(L));
      else if (type === NUMBER) this.#add(L, `"${this.#number(L)}"`);
      else this.#refuse(L, "table key must be a number or string");
      this.#add(L, ":");
      api.lua_settop(L, -2);
      this.#value(L, depth);
      api.lua_settop(L, -2);
    }
    this.#add(L, "}");
  }

  #refuse(L: LuaState, reason: string): never {
    const type = this.#machine.typeName(L, -1);
    return this.#machine.raise(L, `Cannot serialise ${type}: ${reason}`);
  }
}

/** As C's `%.{digits}g`. */
function cutNumber(value: number, digits: number): string {
  const [mantissa = "", power = "0"] = value.toExponential(digits - 1).split("e");
  const exponent = Number(power);
  const short = (text: string) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  if (exponent >= -4 && exponent < digits) return short(value.toFixed(digits - 1 - exponent));
  const sign = exponent < 0 ? "-" : "+";
  return `${short(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}
