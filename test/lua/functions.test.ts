import { expect, test } from "bun:test";
import { fromText } from "../../src/bytes/bytes.ts";
import { keepLog } from "../support/keep-log.ts";
import { codeOf, TestFunctions } from "../support/test-functions.ts";

const lines = keepLog();

const ONE = "redis.register_function('f', function(keys) return #keys end)";
const COUNTER = "local n = 0 redis.register_function('count', function() n = n + 1 return n end)";
const ENDLESS = "redis.register_function('endless', function() while true do end end)";

test("a function gets its keys, and others come and go with their library", () => {
  const lua = new TestFunctions();
  expect(lua.load(ONE)).toBe("lib");
  expect(lua.call("F", "a", "b")).toBe(2);
  lua.load(COUNTER);
  expect([lua.call("f"), lua.call("count"), lua.call("count")]).toEqual([undefined, 1, 2]);
  lua.functions.delete(lua.store, "lib");
  expect(lua.call("count")).toBeUndefined();
  expect(() => lua.functions.delete(lua.store, "lib")).toThrow("ERR Library not found");
});

test("a library that cannot be loaded changes nothing", () => {
  const lua = new TestFunctions();
  lua.load(ONE);
  lua.load(COUNTER, "other");
  const { version } = lua.store;
  expect(() => lua.load(ONE, "lib", false)).toThrow("ERR Library 'lib' already exists");
  expect(() => lua.load("return 1")).toThrow("ERR No functions registered");
  expect(() => lua.load("x = 1")).toThrow("Attempt to modify a readonly table");
  expect(() => lua.load(COUNTER)).toThrow("ERR Function count already exists");
  expect([lua.store.version, lua.call("f")]).toEqual([version, 0]);
});

test("what changes in the store is noticed at the next call", () => {
  const lua = new TestFunctions();
  lua.load(COUNTER);
  expect(lua.call("count")).toBe(1);
  lua.store.put("more", codeOf(ONE, "more"));
  // A library that is the same keeps what it has counted.
  expect([lua.call("f"), lua.call("count")]).toEqual([0, 2]);
  lua.store.put("lib", codeOf(`${COUNTER} -- anew`));
  expect(lua.call("count")).toBe(1);
  lua.store.delete("lib");
  lua.store.delete("more");
  expect([lua.call("count"), lua.call("f")]).toEqual([undefined, undefined]);
});

test("libraries are found whatever version the store begins with", () => {
  const lua = new TestFunctions();
  lua.store.codes.set("lib", codeOf(ONE));
  expect([lua.store.version, lua.call("f", "k")]).toEqual([0, 1]);
});

test("a stored library that cannot be used has no functions, and is told of", () => {
  const lua = new TestFunctions();
  lua.load(ONE);
  lua.store.put("bad", codeOf("x = 1", "bad"));
  lua.store.put("twin", codeOf(ONE, "twin"));
  expect(lua.call("f", "k")).toBe(1);
  const known = lua.functions.librariesOf(lua.store);
  expect([...known].map(({ name, functions }) => [name, functions.length])).toEqual([
    ["bad", 0],
    ["lib", 1],
    ["twin", 0],
  ]);
  expect(lines).toHaveLength(2);
  lua.store.delete("lib");
  expect(lua.call("f", "k", "l")).toBe(2);
  lua.functions.delete(lua.store, "bad");
});

test("a library that alone makes an interpreter too large can be used, anew each time", () => {
  const lua = new TestFunctions({ memoryBytesMax: 128 << 20 });
  lua.load(`local large = {} for i = 1, 5 do large[i] = ('x'):rep(9999999 + i) end ${COUNTER}`);
  expect(lua.functions.memoryBytes).toBe(0);
  expect([lua.call("count"), lua.call("count")]).toEqual([1, 1]);
});

test("a function that was stopped is run again in another interpreter, as are all", () => {
  const lua = new TestFunctions({ timeMsMax: 30 });
  lua.load(COUNTER);
  lua.load(ENDLESS, "other");
  expect([lua.call("count"), lua.call("count")]).toEqual([1, 2]);
  expect(() => lua.call("endless")).toThrow("it ran longer than 30 ms");
  expect(lua.functions.memoryBytes).toBe(0);
  expect(lua.call("count")).toBe(1);
  expect(() => lua.call("endless")).toThrow("it ran longer than 30 ms");
});

test("a library that needs more memory than there may be gets an error", () => {
  const lua = new TestFunctions({ memoryBytesMax: 24 << 20 });
  const much = "local t = {} for i = 1, 1e9 do t[i] = {i} end";
  expect(() => lua.load(much)).toThrow("ERR Error registering functions: ERR");
  lua.load(ONE);
  expect(lua.call("f")).toBe(0);
});

test("several libraries are restored, or none of them", () => {
  const lua = new TestFunctions();
  lua.load(ONE);
  const restore = (codes: Uint8Array[], policy: "flush" | "append" | "replace") =>
    lua.functions.restore(lua.store, codes, policy);
  const other = codeOf(COUNTER, "other");
  expect(() => restore([other, codeOf(ONE)], "append")).toThrow("ERR Library lib already exists");
  expect(() => restore([other, codeOf("bad")], "flush")).toThrow("ERR Error compiling function");
  expect(() => restore([other, codeOf(ONE, "x")], "replace")).toThrow(
    "ERR Function f already exists",
  );
  expect([...lua.store.codes.keys()]).toEqual(["lib"]);
  restore([other, codeOf("redis.register_function('g', function() end)")], "replace");
  expect([lua.call("f"), lua.call("g"), lua.call("count")]).toEqual([undefined, null, 1]);
  restore([codeOf(ONE, "x")], "flush");
  expect([...lua.store.codes.keys()]).toEqual(["x"]);
  lua.functions.flush(lua.store);
  expect([lua.store.codes.size, lua.functions.memoryBytes]).toEqual([0, 0]);
});

test("the code that a client sent may change afterwards", () => {
  const lua = new TestFunctions({ timeMsMax: 30 });
  const code = codeOf(`${ONE} ${ENDLESS}`);
  lua.functions.load(lua.store, code, false);
  code.fill(0);
  expect(() => lua.call("endless")).toThrow();
  expect(lua.call("f")).toBe(0);
  expect(lua.store.codes.get("lib")?.subarray(0, 5)).toEqual(fromText("#!lua"));
});
