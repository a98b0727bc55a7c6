/** The library `struct`: numbers and strings packed as in C, after Roberto Ierusalimschy's 0.2. */
import { concatBytes, mapKey } from "../bytes/bytes.ts";
import type { Library, LuaMachine } from "./machine.ts";
import { type LuaState, NUMBER } from "./wasm.ts";

const INTEGER_BYTES_MAX = 32;
const INT_MAX = 2 ** 31 - 1;
const LONG_BYTES = 8;
const INT_BYTES = 4;
const ALIGNMENT_MAX = 8;
const INT64_LIMIT = 2 ** 63;
/** Options of integers; those in lower case have signs. */
const INTEGERS = "bBhHlLTiI";
/** Options whose size is the same in every format. */
const SIZES: Readonly<Record<string, number>> = {
  ...{ b: 1, B: 1, h: 2, H: 2, l: LONG_BYTES, L: LONG_BYTES, T: LONG_BYTES, f: 4, d: 8, x: 1 },
  ...{ s: 0, " ": 0, "<": 0, ">": 0, "!": 0 },
};

const isPowerOfTwo = (value: number): boolean => value > 0 && (value & (value - 1)) === 0;

/** Reads a format, option by option. */
class Format {
  readonly #machine: LuaMachine;
  readonly #L: LuaState;
  readonly #text: string;
  #at = 0;
  #alignment = 1;
  isLittle = true;
  /** The option just read, and its size in bytes. */
  option = "";
  size = 0;

  constructor(machine: LuaMachine, L: LuaState, text: string) {
    this.#machine = machine;
    this.#L = L;
    this.#text = text.split("\0", 1)[0]!;
  }

  /** Goes to the next option; false behind the last. */
  next(): boolean {
    if (this.#at >= this.#text.length) return false;
    this.option = this.#text[this.#at++]!;
    this.size = this.#sizeOf(this.option);
    return true;
  }

  /** Bytes to skip before the option just read, at this offset. */
  padding(offset: number): number {
    if (this.size === 0 || this.option === "c") return 0;
    const size = Math.min(this.size, this.#alignment);
    return (size - (offset & (size - 1))) & (size - 1);
  }

  /** Takes an option that packs nothing. */
  control(): void {
    if (this.option === ">") this.isLittle = false;
    else if (this.option === "<") this.isLittle = true;
    else if (this.option === "!") {
      const alignment = this.#number(ALIGNMENT_MAX);
      if (!isPowerOfTwo(alignment)) {
        this.#machine.raise(this.#L, `alignment ${alignment} is not a power of 2`);
      }
      this.#alignment = alignment;
    }
  }

  #sizeOf(option: string): number {
    if (option === "c") return this.#number(1);
    if (option !== "i" && option !== "I") {
      const size = SIZES[option];
      if (size !== undefined) return size;
      return this.#machine.argumentError(this.#L, 1, `invalid format option '${option}'`);
    }
    const size = this.#number(INT_BYTES);
    if (size > INTEGER_BYTES_MAX) {
      const limit = `limit of ${INTEGER_BYTES_MAX}`;
      this.#machine.raise(this.#L, `integral size ${size} is larger than ${limit}`);
    }
    return size;
  }

  #number(fallback: number): number {
    let value = -1;
    for (;;) {
      const digit = this.#text.charCodeAt(this.#at) - 0x30;
      if (!(digit >= 0 && digit <= 9)) return value < 0 ? fallback : value;
      this.#at++;
      value = Math.max(value, 0) * 10 + digit;
      if (value > INT_MAX) this.#machine.raise(this.#L, "integral size overflow");
    }
  }
}

/** A double as C converts it to 64 bits. */
function toInteger(value: number): bigint {
  if (Number.isNaN(value) || value < -INT64_LIMIT || value >= 2 * INT64_LIMIT) return -(2n ** 63n);
  return BigInt(Math.trunc(value));
}

function packInteger(value: number, size: number, isLittle: boolean): Uint8Array {
  const bytes = new Uint8Array(size);
  let rest = BigInt.asUintN(64, toInteger(value));
  for (let i = 0; i < size; i++, rest >>= 8n) {
    bytes[isLittle ? i : size - 1 - i] = Number(rest & 0xffn);
  }
  return bytes;
}

function unpackInteger(bytes: Uint8Array, isLittle: boolean, isSigned: boolean): number {
  const size = bytes.length;
  let value = 0n;
  for (let i = Math.min(size, LONG_BYTES) - 1; i >= 0; i--) {
    value = (value << 8n) | BigInt(bytes[isLittle ? i : size - 1 - i]!);
  }
  if (!isSigned) return Number(value);
  // As C computes it, for sizes beyond a long's too.
  const mask = -1n << BigInt((size * 8 + 63) % 64);
  return Number(BigInt.asIntN(64, (value & mask) === 0n ? value : value | mask));
}

function packFloat(value: number, size: number, isLittle: boolean): Uint8Array {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  if (size === 4) view.setFloat32(0, value, isLittle);
  else view.setFloat64(0, value, isLittle);
  return bytes;
}

function unpackFloat(bytes: Uint8Array, isLittle: boolean): number {
  const view = new DataView(bytes.slice().buffer);
  return bytes.length === 4 ? view.getFloat32(0, isLittle) : view.getFloat64(0, isLittle);
}

/** @param bytesMax longest string that pack makes */
export function structLibrary(machine: LuaMachine, bytesMax: number): Library {
  const { api } = machine;

  function packString(L: LuaState, { option, size }: Format, argument: number): Uint8Array {
    const bytes = machine.checkBytes(L, argument);
    const count = size === 0 ? bytes.length : size;
    if (bytes.length < count) machine.argumentError(L, argument + 1, "string too short");
    const kept = bytes.slice(0, count);
    return option === "s" ? concatBytes(kept, Uint8Array.of(0)) : kept;
  }

  function pack(L: LuaState): number {
    const format = new Format(machine, L, mapKey(machine.checkBytes(L, 1)));
    const parts: Uint8Array[] = [];
    // Missing arguments are told as nil.
    api.lua_pushnil(L);
    let argument = 2;
    let total = 0;
    const add = (part: Uint8Array): void => {
      total += part.length;
      if (total > bytesMax) machine.raise(L, "not enough memory");
      parts.push(part);
    };
    while (format.next()) {
      const { option, size, isLittle } = format;
      const padding = format.padding(total);
      if (padding > 0) add(new Uint8Array(padding));
      if (INTEGERS.includes(option)) {
        add(packInteger(api.luaL_checknumber(L, argument++), size, isLittle));
      } else if (option === "f" || option === "d") {
        add(packFloat(api.luaL_checknumber(L, argument++), size, isLittle));
      } else if (option === "c" || option === "s") add(packString(L, format, argument++));
      else if (option === "x") add(new Uint8Array(1));
      else format.control();
    }
    machine.pushBytes(L, concatBytes(...parts));
    return 1;
  }

  /** Length of the string to come, which was unpacked before it. */
  function takeLength(L: LuaState, results: number): number {
    if (results === 0 || api.lua_type(L, -1) !== NUMBER) {
      machine.raise(L, "format 'c0' needs a previous size");
    }
    const length = api.lua_tonumber(L, -1);
    api.lua_settop(L, -2);
    return length;
  }

  function unpack(L: LuaState): number {
    const format = new Format(machine, L, mapKey(machine.checkBytes(L, 1)));
    const data = machine.checkBytes(L, 2).slice();
    let at = api.luaL_optinteger(L, 3, 1) - 1;
    if (at === -1) machine.argumentError(L, 3, "offset must be 1 or greater");
    const check = (size: number): void => {
      if (!(at >= 0 && size >= 0 && at + size <= data.length)) {
        machine.argumentError(L, 2, "data string too short");
      }
    };
    api.lua_settop(L, 2);
    while (format.next()) {
      const { option, isLittle } = format;
      let { size } = format;
      at += format.padding(at);
      check(size);
      api.lua_checkstack(L, 2);
      if (INTEGERS.includes(option)) {
        const isSigned = option === option.toLowerCase();
        api.lua_pushnumber(L, unpackInteger(data.subarray(at, at + size), isLittle, isSigned));
      } else if (option === "f" || option === "d") {
        api.lua_pushnumber(L, unpackFloat(data.subarray(at, at + size), isLittle));
      } else if (option === "c") {
        if (size === 0) {
          size = takeLength(L, api.lua_gettop(L) - 2);
          check(size);
        }
        machine.pushBytes(L, data.subarray(at, at + size));
      } else if (option === "s") {
        const end = data.indexOf(0, at);
        if (end < 0) machine.raise(L, "unfinished string in data");
        machine.pushBytes(L, data.subarray(at, end));
        size = end - at + 1;
      } else if (option !== "x") format.control();
      at += size;
    }
    api.lua_pushnumber(L, at + 1);
    return api.lua_gettop(L) - 2;
  }

  function size(L: LuaState): number {
    const format = new Format(machine, L, mapKey(machine.checkBytes(L, 1)));
    let total = 0;
    while (format.next()) {
      total += format.padding(total);
      if (format.option === "s") machine.argumentError(L, 1, "option 's' has no fixed size");
      if (format.option === "c" && format.size === 0) {
        machine.argumentError(L, 1, "option 'c0' has no fixed size");
      }
      format.control();
      total += format.size;
    }
    api.lua_pushnumber(L, total);
    return 1;
  }

  return { pack, unpack, size };
}
