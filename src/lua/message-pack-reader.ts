/** cmsgpack.unpack: MessagePack as Lua values, as lua-cmsgpack 0.4 reads it. */
import type { Bytes } from "../bytes/bytes.ts";
import type { LuaMachine } from "./machine.ts";
import type { LuaState } from "./wasm.ts";

export class MessagePackReader {
  readonly #machine: LuaMachine;
  readonly #L: LuaState;
  readonly #bytes: Buffer;
  #at: number;

  /** @param bytes stay as they are while they are read: no view of the interpreter's memory */
  constructor(machine: LuaMachine, L: LuaState, bytes: Bytes, start: number) {
    this.#machine = machine;
    this.#L = L;
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#at = start;
  }

  get position(): number {
    return this.#at;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** Pushes the next value. */
  read(): void {
    const { api } = this.#machine;
    const L = this.#L;
    this.#machine.pulse();
    const head = this.#bytes[this.#take(1)]!;
    if (api.lua_checkstack(L, 4) === 0) this.#machine.raise(L, "stack overflow");
    if (head <= 0x7f) api.lua_pushnumber(L, head);
    else if (head <= 0x8f) this.#map(head & 0xf);
    else if (head <= 0x9f) this.#array(head & 0xf);
    else if (head <= 0xbf) this.#string(head & 0x1f);
    else if (head >= 0xe0) api.lua_pushnumber(L, head - 0x100);
    else this.#long(head);
  }

  #long(head: number): void {
    const { api } = this.#machine;
    const L = this.#L;
    const bytes = this.#bytes;
    switch (head) {
      case 0xc0:
        api.lua_pushnil(L);
        break;
      case 0xc2:
      case 0xc3:
        api.lua_pushboolean(L, head & 1);
        break;
      case 0xca:
        api.lua_pushnumber(L, bytes.readFloatBE(this.#take(4)));
        break;
      case 0xcb:
        api.lua_pushnumber(L, bytes.readDoubleBE(this.#take(8)));
        break;
      case 0xcc:
      case 0xcd:
      case 0xce:
        api.lua_pushnumber(L, this.#unsigned(1 << (head - 0xcc)));
        break;
      case 0xcf:
        api.lua_pushnumber(L, Number(bytes.readBigUInt64BE(this.#take(8))));
        break;
      case 0xd0:
      case 0xd1:
      case 0xd2:
        api.lua_pushnumber(L, this.#signed(1 << (head - 0xd0)));
        break;
      case 0xd3:
        api.lua_pushnumber(L, Number(bytes.readBigInt64BE(this.#take(8))));
        break;
      case 0xd9:
      case 0xda:
      case 0xdb:
        this.#string(this.#unsigned(1 << (head - 0xd9)));
        break;
      case 0xdc:
      case 0xdd:
        this.#array(this.#unsigned(2 << (head - 0xdc)));
        break;
      case 0xde:
      case 0xdf:
        this.#map(this.#unsigned(2 << (head - 0xde)));
        break;
      default:
        this.#machine.raise(L, "Bad data format in input.");
    }
  }

  /** Moves on by `count` bytes; answers where they begin. */
  #take(count: number): number {
    const at = this.#at;
    if (at + count > this.#bytes.length) this.#machine.raise(this.#L, "Missing bytes in input.");
    this.#at = at + count;
    return at;
  }

  #unsigned(size: number): number {
    return this.#bytes.readUIntBE(this.#take(size), size);
  }

  #signed(size: number): number {
    return this.#bytes.readIntBE(this.#take(size), size);
  }

  #string(length: number): void {
    const at = this.#take(length);
    this.#machine.pushBytes(this.#L, this.#bytes.subarray(at, at + length));
  }

  #array(length: number): void {
    const { api } = this.#machine;
    api.lua_createtable(this.#L, 0, 0);
    for (let index = 1; index <= length; index++) {
      this.read();
      api.lua_rawseti(this.#L, -2, index);
    }
  }

  #map(length: number): void {
    const { api } = this.#machine;
    api.lua_createtable(this.#L, 0, 0);
    for (let index = 0; index < length; index++) {
      this.read();
      this.read();
      api.lua_settable(this.#L, -3);
    }
  }
}
