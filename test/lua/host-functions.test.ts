import { expect, test } from "bun:test";
import { addToTable } from "../../src/lua/host-functions.ts";

test("functions are put behind what the table has, in order, more than one byte of them", () => {
  const table = new WebAssembly.Table({ element: "anyfunc", initial: 3 });
  const functions = Array.from({ length: 200 }, (_, index) => (L: number) => L + index);
  const numbers = addToTable(table, "function", functions);
  expect(numbers).toEqual(functions.map((_, index) => 3 + index));
  const call = table.get(numbers[150]!) as (L: number) => number;
  expect(call(1000)).toBe(1150);
});

test("a hook gets the Lua state", () => {
  const table = new WebAssembly.Table({ element: "anyfunc", initial: 0 });
  let seen = 0;
  const [number = -1] = addToTable(table, "hook", [(L) => (seen = L)]);
  (table.get(number) as (L: number, event: number) => void)(7, 0);
  expect(seen).toBe(7);
});
