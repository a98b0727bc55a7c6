/** math.random and math.randomseed as Redis replaces them: drand48's sequence, from the same start in every
 * interpreter, shared by all scripts. */
import type { Library, LuaMachine } from "./machine.ts";

/** drand48's generator. */
const MULTIPLIER = 0x5deece66dn;
const ADDEND = 0xbn;
const MASK = (1n << 48n) - 1n;
const SEED_LOW = 0x330en;
const RANDOM_MAX = 2 ** 31 - 1;

/** Where the sequence begins before the first randomseed. */
const START = 0x1234abcd330en;

export function randomLibrary(machine: LuaMachine): Library {
  const { api } = machine;
  let state = START;

  function seed(value: number): void {
    state = ((BigInt(value) & 0xffffffffn) << 16n) | SEED_LOW;
  }

  /** In [0, 2^31). */
  function next(): number {
    state = (state * MULTIPLIER + ADDEND) & MASK;
    return Number(state >> 17n);
  }

  return {
    random(L) {
      const fraction = (next() % RANDOM_MAX) / RANDOM_MAX;
      const count = api.lua_gettop(L);
      if (count > 2) machine.raise(L, "wrong number of arguments");
      if (count === 0) {
        api.lua_pushnumber(L, fraction);
        return 1;
      }
      const low = count === 1 ? 1 : api.luaL_checkinteger(L, 1);
      const high = api.luaL_checkinteger(L, count);
      if (low > high) machine.argumentError(L, count, "interval is empty");
      api.lua_pushnumber(L, Math.floor(fraction * (high - low + 1)) + low);
      return 1;
    },
    randomseed(L) {
      seed(api.luaL_checkinteger(L, 1));
      return 0;
    },
  };
}
