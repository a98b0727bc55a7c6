/** The library `cmsgpack`, as lua-cmsgpack 0.4. */
import type { Library, LuaMachine } from "./machine.ts";
import { MessagePackReader } from "./message-pack-reader.ts";
import { MessagePackWriter } from "./message-pack-writer.ts";
import type { LuaState } from "./wasm.ts";

/** @param bytesMax longest string that pack makes */
export function messagePackLibrary(machine: LuaMachine, bytesMax: number): Library {
  const { api } = machine;
  const writer = new MessagePackWriter(machine, bytesMax);

  function pack(L: LuaState): number {
    const count = api.lua_gettop(L);
    if (count === 0) machine.argumentError(L, 0, "MessagePack pack needs input.");
    machine.pushBytes(L, writer.write(L, count));
    return 1;
  }

  /** Reads up to `limit` values; with a limit, where to go on comes first: -1 at the end. */
  function unpack(L: LuaState, limit: number | null, offset: number): number {
    const bytes = machine.checkBytes(L, 1).slice();
    const { length } = bytes;
    if (offset < 0 || (limit ?? 0) < 0) {
      const what = `offset of ${offset} and limit of ${length}`;
      machine.raise(L, `Invalid request to unpack with ${what}.`);
    }
    if (offset > length) {
      machine.raise(L, `Start offset ${offset} greater than input length ${length}.`);
    }
    api.lua_settop(L, 1);
    const reader = new MessagePackReader(machine, L, bytes, offset);
    let count = 0;
    for (; !reader.isAtEnd && count < (limit ?? Infinity); count++) reader.read();
    if (limit === null) return count;
    api.lua_pushnumber(L, reader.isAtEnd ? -1 : reader.position);
    api.lua_insert(L, 2);
    return count + 1;
  }

  return {
    _NAME: "cmsgpack",
    _VERSION: "lua-cmsgpack 0.4.0",
    _COPYRIGHT: "Copyright (C) 2012, Salvatore Sanfilippo",
    _DESCRIPTION: "MessagePack C implementation for Lua",
    pack,
    unpack: (L) => unpack(L, null, 0),
    unpack_one: (L) => unpack(L, 1, api.luaL_optinteger(L, 2, 0)),
    unpack_limit(L) {
      const limit = api.luaL_checkinteger(L, 2);
      const offset = api.luaL_optinteger(L, 3, 0);
      return unpack(L, limit === 0 && offset === 0 ? null : limit, offset);
    },
  };
}
