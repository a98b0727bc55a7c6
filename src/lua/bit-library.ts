/** The library `bit`, as Lua BitOp 1.0: numbers as 32 bits, signed results. */
import type { HostFunction, Library, LuaMachine } from "./machine.ts";
import type { LuaState } from "./wasm.ts";

/** Adding it leaves the integer part of a number in the low bits of the sum, rounded to nearest. */
const MAGIC = 2 ** 52 + 2 ** 51;

const view = new DataView(new ArrayBuffer(8));

/** The lowest 32 bits of a number, rounded to an integer first. */
function lowBits(value: number): number {
  view.setFloat64(0, value + MAGIC);
  return view.getInt32(4);
}

export function bitLibrary(machine: LuaMachine): Library {
  const { api } = machine;

  function bits(L: LuaState, at: number): number {
    return lowBits(api.luaL_checknumber(L, at));
  }

  function answer(L: LuaState, value: number): number {
    api.lua_pushnumber(L, value | 0);
    return 1;
  }

  function fold(step: (a: number, b: number) => number): HostFunction {
    return (L) => {
      let result = bits(L, 1);
      for (let at = api.lua_gettop(L); at > 1; at--) result = step(result, bits(L, at));
      return answer(L, result);
    };
  }

  function shift(move: (value: number, count: number) => number): HostFunction {
    return (L) => answer(L, move(bits(L, 1), bits(L, 2) & 31));
  }

  const swap = (value: number): number =>
    ((value & 0xff) << 24) |
    ((value & 0xff00) << 8) |
    ((value >>> 8) & 0xff00) |
    ((value >>> 24) & 0xff);

  return {
    tobit: (L) => answer(L, bits(L, 1)),
    bnot: (L) => answer(L, ~bits(L, 1)),
    bswap: (L) => answer(L, swap(bits(L, 1))),
    band: fold((a, b) => a & b),
    bor: fold((a, b) => a | b),
    bxor: fold((a, b) => a ^ b),
    lshift: shift((value, count) => value << count),
    rshift: shift((value, count) => value >>> count),
    arshift: shift((value, count) => value >> count),
    rol: shift((value, count) => (value << count) | (value >>> (32 - count))),
    ror: shift((value, count) => (value >>> count) | (value << (32 - count))),
    tohex(L) {
      const value = bits(L, 1);
      const digits = api.lua_type(L, 2) < 0 ? 8 : bits(L, 2);
      const word = Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value).toHex();
      const shown = word.slice(8 - Math.min(8, Math.abs(digits)));
      machine.pushText(L, digits < 0 ? shown.toUpperCase() : shown);
      return 1;
    },
  };
}
