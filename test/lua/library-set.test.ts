import { expect, test } from "bun:test";
import { fromText } from "../../src/bytes/bytes.ts";
import { type Library, type LibraryFunction, LibrarySet } from "../../src/lua/library-set.ts";

function library(name: string, ...names: string[]): Library {
  const functions: LibraryFunction[] = [];
  const made = { name, code: fromText(`code of ${name}`), functions };
  for (const each of names) {
    functions.push({ name: each, description: null, flags: new Set(), library: made });
  }
  return made;
}

const [one, two] = [library("one", "f", "g"), library("two", "h")];
const both = LibrarySet.empty.with(two).with(one);

test("a function is found in any case, and libraries come in the order of their names", () => {
  expect(both.find("G")?.library).toBe(one);
  expect(both.find("i")).toBeUndefined();
  expect([...both]).toEqual([one, two]);
  expect([both.size, both.functionCount, both.bytes]).toEqual([2, 3, 22]);
});

test("a library takes the place of one of the same name, and its functions go with it", () => {
  const other = library("one", "i", "G");
  const next = both.with(other);
  expect([next.find("f"), next.find("g")?.library, next.get("one")]).toEqual([
    undefined,
    other,
    other,
  ]);
  expect(both.find("f")?.library).toBe(one);
  expect(next.without("one").find("i")).toBeUndefined();
  expect(next.without("nosuch")).toBe(next);
});

test("two libraries cannot have the same function", () => {
  expect(() => both.with(library("three", "x", "H"))).toThrow("ERR Function H already exists");
});

test("of two functions in one library that differ in case alone, the first is called", () => {
  const twice = library("one", "f", "F");
  expect(LibrarySet.empty.with(twice).find("F")).toBe(twice.functions[0]!);
});
