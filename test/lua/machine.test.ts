import { expect, test } from "bun:test";
import { fromMapKey, fromText } from "../../src/bytes/bytes.ts";
import { LuaMachine } from "../../src/lua/machine.ts";
import { GLOBALS, NUMBER, STRING } from "../../src/lua/wasm.ts";

const MB = 1 << 20;

function machine(bytesMax = 64 * MB): LuaMachine {
  return new LuaMachine(bytesMax, () => {});
}

test("strings keep every byte, short and long", () => {
  const lua = machine();
  const all = fromMapKey(String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i)));
  for (const bytes of [new Uint8Array(0), all, new Uint8Array(MB).fill(255)]) {
    lua.pushBytes(lua.state, bytes);
    expect(Buffer.compare(lua.bytesOf(lua.state, -1)!, bytes)).toBe(0);
    lua.api.lua_settop(lua.state, 0);
  }
});

test("a function of the program is called with its arguments and answers its results", () => {
  const lua = machine();
  const { api, state } = lua;
  lua.pushLibrary(state, {
    twice(L) {
      api.lua_pushnumber(L, 2 * api.lua_tonumber(L, 1));
      return 1;
    },
    name: "n",
    size: 7,
  });
  lua.setField(state, GLOBALS, "own");
  const code = "return own.twice(21), own.name .. own.size";
  expect(lua.load(state, fromText(code), "=test")).toBe(0);
  expect(api.lua_pcall(state, 0, 2, 0)).toBe(0);
  expect(api.lua_type(state, 1)).toBe(NUMBER);
  expect(api.lua_tonumber(state, 1)).toBe(42);
  expect(lua.textOf(state, 2)).toBe("n7");
});

test("an error raised in a function of the program is caught where Lua catches errors", () => {
  const lua = machine();
  const { api, state } = lua;
  api.luaopen_base(state);
  api.lua_settop(state, 0);
  lua.pushLibrary(state, { fail: (L) => lua.raise(L, "no") });
  lua.setField(state, GLOBALS, "own");
  const code = "local ok, text = pcall(own.fail) return tostring(ok) .. ' ' .. text";
  lua.load(state, fromText(code), "=test");
  expect(api.lua_pcall(state, 0, 1, 0)).toBe(0);
  expect(lua.textOf(state, -1)).toBe("false no");
});

test("any other exception goes through to the caller", () => {
  const lua = machine();
  lua.pushLibrary(lua.state, {
    fail() {
      throw new RangeError("own");
    },
  });
  lua.setField(lua.state, GLOBALS, "own");
  lua.load(lua.state, fromText("own.fail()"), "=test");
  expect(() => lua.api.lua_pcall(lua.state, 0, 0, 0)).toThrow("own");
});

test("memory stays within its limit, and Lua is told", () => {
  const lua = machine(32 * MB);
  const code = "local s = 'x' while true do s = s .. s end";
  lua.load(lua.state, fromText(code), "=test");
  expect(lua.api.lua_pcall(lua.state, 0, 0, 0)).toBe(4);
  expect(lua.textOf(lua.state, -1)).toBe("not enough memory");
  expect(lua.memoryBytes).toBeLessThanOrEqual(32 * MB);
});

test("what is no Lua is told with its line", () => {
  const lua = machine();
  expect(lua.load(lua.state, fromText("\nx = = 1"), "@name")).not.toBe(0);
  expect(lua.api.lua_type(lua.state, -1)).toBe(STRING);
  expect(lua.textOf(lua.state, -1)).toBe("name:2: unexpected symbol near '='");
});
