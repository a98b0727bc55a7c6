/** cmsgpack.pack: Lua values as MessagePack, to the byte as lua-cmsgpack 0.4 writes them. */
import type { Bytes } from "../bytes/bytes.ts";
import type { LuaMachine } from "./machine.ts";
import { BOOLEAN, type LuaState, NUMBER, STRING, TABLE } from "./wasm.ts";

/** Tables nested deeper become nil. */
const NESTING_MAX = 16;
const INT64_LIMIT = 2 ** 63;
const DOUBLE_BYTES = 8;
const NUMBER_BYTES_MAX = 9;

/** First bytes of a length that does not fit into the first byte itself: of 8, 16 and 32 bits. */
type Heads = readonly [bits8: number | null, bits16: number, bits32: number];

const STRING_HEADS: Heads = [0xd9, 0xda, 0xdb];
const ARRAY_HEADS: Heads = [null, 0xdc, 0xdd];
const MAP_HEADS: Heads = [null, 0xde, 0xdf];

export class MessagePackWriter {
  readonly #machine: LuaMachine;
  readonly #bytesMax: number;
  #bytes = Buffer.alloc(256);
  #end = 0;

  /** @param bytesMax longest text, in bytes: tables may hold each other many times */
  constructor(machine: LuaMachine, bytesMax: number) {
    this.#machine = machine;
    this.#bytesMax = bytesMax;
  }

  /** The values from stack index 1 to `count`, one behind the other; a view until the next call. */
  write(L: LuaState, count: number): Bytes {
    const { api } = this.#machine;
    this.#bytes = Buffer.alloc(256);
    this.#end = 0;
    for (let index = 1; index <= count; index++) {
      api.lua_pushvalue(L, index);
      this.#value(L, 0);
      api.lua_settop(L, -2);
    }
    return this.#bytes.subarray(0, this.#end);
  }

  #reserve(L: LuaState, bytes: number): void {
    const needed = this.#end + bytes;
    if (needed > this.#bytesMax) this.#machine.raise(L, "not enough memory");
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.alloc(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = grown;
  }

  /** The value on top of the stack. */
  #value(L: LuaState, depth: number): void {
    const { api } = this.#machine;
    const type = api.lua_type(L, -1);
    this.#machine.pulse();
    this.#reserve(L, NUMBER_BYTES_MAX);
    if (type === STRING) this.#string(L);
    else if (type === NUMBER) this.#number(api.lua_tonumber(L, -1));
    else if (type === BOOLEAN) this.#byte(api.lua_toboolean(L, -1) ? 0xc3 : 0xc2);
    else if (type === TABLE && depth < NESTING_MAX) this.#table(L, depth);
    else this.#byte(0xc0);
  }

  #byte(value: number): void {
    this.#bytes[this.#end++] = value;
  }

  #head(length: number, short: number, shortMax: number, [bits8, bits16, bits32]: Heads): void {
    if (length <= shortMax) this.#byte(short | length);
    else if (bits8 !== null && length <= 0xff) {
      this.#byte(bits8);
      this.#byte(length);
    } else if (length <= 0xffff) {
      this.#byte(bits16);
      this.#end = this.#bytes.writeUInt16BE(length, this.#end);
    } else {
      this.#byte(bits32);
      this.#end = this.#bytes.writeUInt32BE(length, this.#end);
    }
  }

  #string(L: LuaState): void {
    const view = this.#machine.viewOf(L, -1)!;
    this.#reserve(L, view.length + NUMBER_BYTES_MAX);
    this.#head(view.length, 0xa0, 31, STRING_HEADS);
    this.#bytes.set(view, this.#end);
    this.#end += view.length;
  }

  #number(value: number): void {
    if (Number.isInteger(value) && value >= -INT64_LIMIT && value < INT64_LIMIT) {
      if (value >= 0) this.#positive(value);
      else this.#negative(value);
    } else if (Math.fround(value) === value) {
      this.#byte(0xca);
      this.#end = this.#bytes.writeFloatBE(value, this.#end);
    } else {
      this.#byte(0xcb);
      this.#end = this.#bytes.writeDoubleBE(value, this.#end);
      // What 0/0 is on the usual processors: a NaN with a sign.
      if (Number.isNaN(value)) this.#bytes.set([0xff, 0xf8], this.#end - DOUBLE_BYTES);
    }
  }

  #positive(value: number): void {
    const bytes = this.#bytes;
    if (value <= 0x7f) this.#byte(value);
    else if (value <= 0xff) {
      this.#byte(0xcc);
      this.#byte(value);
    } else if (value <= 0xffff) {
      this.#byte(0xcd);
      this.#end = bytes.writeUInt16BE(value, this.#end);
    } else if (value <= 0xffffffff) {
      this.#byte(0xce);
      this.#end = bytes.writeUInt32BE(value, this.#end);
    } else {
      this.#byte(0xcf);
      this.#end = bytes.writeBigUInt64BE(BigInt(value), this.#end);
    }
  }

  #negative(value: number): void {
    const bytes = this.#bytes;
    if (value >= -32) this.#byte(value & 0xff);
    else if (value >= -128) {
      this.#byte(0xd0);
      this.#byte(value & 0xff);
    } else if (value >= -32768) {
      this.#byte(0xd1);
      this.#end = bytes.writeInt16BE(value, this.#end);
    } else if (value >= -2147483648) {
      this.#byte(0xd2);
      this.#end = bytes.writeInt32BE(value, this.#end);
    } else {
      this.#byte(0xd3);
      this.#end = bytes.writeBigInt64BE(BigInt(value), this.#end);
    }
  }

  #table(L: LuaState, depth: number): void {
    const { api } = this.#machine;
    api.lua_checkstack(L, 4);
    const { isArray, count } = this.#count(L);
    if (isArray) {
      this.#head(count, 0x90, 15, ARRAY_HEADS);
      for (let index = 1; index <= count; index++) {
        api.lua_rawgeti(L, -1, index);
        this.#value(L, depth + 1);
        api.lua_settop(L, -2);
      }
      return;
    }
    this.#head(count, 0x80, 15, MAP_HEADS);
    api.lua_pushnil(L);
    while (api.lua_next(L, -2)) {
      api.lua_pushvalue(L, -2);
      this.#value(L, depth + 1);
      api.lua_settop(L, -2);
      this.#value(L, depth + 1);
      api.lua_settop(L, -2);
    }
  }

  /** How many items a table has, and whether their keys are 1 to that number. */
  #count(L: LuaState): { readonly isArray: boolean; readonly count: number } {
    const { api } = this.#machine;
    let count = 0;
    let largest = 0;
    let isArray = true;
    api.lua_pushnil(L);
    while (api.lua_next(L, -2)) {
      api.lua_settop(L, -2);
      count++;
      const index = api.lua_type(L, -1) === NUMBER ? api.lua_tonumber(L, -1) : 0;
      if (!(index > 0 && Number.isInteger(index))) isArray = false;
      largest = Math.max(largest, index);
    }
    return { isArray: isArray && largest === count, count };
  }
}
