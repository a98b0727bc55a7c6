import { expect, test } from "bun:test";
import { luaModule } from "../../src/lua/wasm.ts";

test("the interpreter is compiled once", () => {
  expect(luaModule()).toBe(luaModule());
});

test("the interpreter asks for nothing but what it is given: no other module, no memory of ours", () => {
  const modules = new Set(WebAssembly.Module.imports(luaModule()).map(({ module }) => module));
  expect([...modules].sort()).toEqual(["env", "wasi_snapshot_preview1"]);
});
