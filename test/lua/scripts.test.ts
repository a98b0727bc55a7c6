import { expect, test } from "bun:test";
import { fromText } from "../../src/bytes/bytes.ts";
import { TestScripts } from "../support/script-host.ts";

const ONE = "e0e1f9fabfc9d4800c877a703b823ac0578ff8db";

test("a script is known by the SHA-1 of its text, in any case", () => {
  const { scripts } = new TestScripts();
  expect(scripts.load(fromText("return 1")).sha).toBe(ONE);
  expect(scripts.has(ONE.toUpperCase())).toBe(true);
  expect(scripts.find(ONE.toUpperCase())?.body).toEqual(fromText("return 1"));
  scripts.flush();
  expect(scripts.has(ONE)).toBe(false);
  expect([scripts.count, scripts.bytes, scripts.memoryBytes]).toEqual([0, 0, 0]);
});

test("the script that was not used for longest is forgotten when there are too many", () => {
  const { scripts } = new TestScripts();
  const load = (index: number) => scripts.load(fromText(`return ${index}`)).sha;
  const [first, second] = [load(0), load(1)];
  for (let index = 2; index < 4096; index++) load(index);
  expect(scripts.count).toBe(4096);
  scripts.find(first);
  load(4096);
  expect([scripts.count, scripts.has(first), scripts.has(second)]).toEqual([4096, true, false]);
});

test("large scripts are forgotten sooner", () => {
  const { scripts } = new TestScripts();
  const text = (index: number) => fromText(`--${"x".repeat(3 << 20)}\nreturn ${index}`);
  for (let index = 0; index < 10; index++) scripts.load(text(index));
  expect(scripts.count).toBe(5);
  expect(scripts.bytes).toBeLessThanOrEqual(16 << 20);
});

test("a script longer than all that are kept runs, and is the only one that is known", () => {
  const lua = new TestScripts();
  lua.run("return 1");
  expect(lua.run(`return 7 --${"x".repeat(17 << 20)}`)).toBe(7);
  expect(lua.scripts.count).toBe(1);
});

test("a script runs again after the interpreter that had compiled it is gone", () => {
  const lua = new TestScripts({ timeMsMax: 50 });
  expect(lua.run("return 'again'")).toEqual(fromText("again"));
  expect(() => lua.run("while true do end")).toThrow();
  expect(lua.scripts.memoryBytes).toBe(0);
  expect(lua.run("return 'again'")).toEqual(fromText("again"));
});

test("a script whose text alone makes an interpreter too large runs, and the interpreter goes", () => {
  const lua = new TestScripts({ memoryBytesMax: 128 << 20 });
  expect(lua.run(`return 7 --${"x".repeat(48 << 20)}`)).toBe(7);
  expect(lua.scripts.memoryBytes).toBe(0);
});
