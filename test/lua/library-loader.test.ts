import { expect, test } from "bun:test";
import { fromText } from "../../src/bytes/bytes.ts";
import { Interpreter, LIBRARIES } from "../../src/lua/interpreter.ts";
import { LibraryLoader } from "../../src/lua/library-loader.ts";

function loaderOf() {
  const interpreter = new Interpreter(LIBRARIES, () => ({
    memoryBytesMax: 64 << 20,
    timeMsMax: 5000,
  }));
  const loader = new LibraryLoader(interpreter);
  return { interpreter, load: (code: string, ms = 500) => loader.load(fromText(code), ms) };
}

test("a library's functions are registered by name, with what was said of them", () => {
  const { load } = loaderOf();
  const registered = load(`
    redis.register_function('f', function() end)
    redis.register_function{function_name='g', callback=function() end, flags={'no-writes'}, description='d'}`);
  expect([...registered.keys()]).toEqual(["f", "g"]);
  expect(registered.get("f")).toMatchObject({ description: null, flags: new Set() });
  expect(registered.get("g")).toMatchObject({
    description: fromText("d"),
    flags: new Set(["no-writes"]),
  });
});

test("one that takes too long fails, and the interpreter goes on", () => {
  const { load } = loaderOf();
  expect(() => load("while true do end", 30)).toThrow("ERR FUNCTION LOAD timeout");
  expect(load("redis.register_function('f', function() end)").size).toBe(1);
});

test("while it is loaded it finds no other globals, and afterwards they are back", () => {
  const { interpreter, load } = loaderOf();
  expect(() => load("local x = math")).toThrow("nonexistent global variable 'math'");
  const compiled = interpreter.compile(fromText("return math.floor(1.5)"));
  const host = { call: () => null, knows: () => true, allows: () => true };
  expect(interpreter.run({ name: "f", compiled, host, pass: () => 0 })).toBe(1);
});
