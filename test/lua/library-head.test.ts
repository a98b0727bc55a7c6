import { expect, test } from "bun:test";
import { fromText } from "../../src/bytes/bytes.ts";
import { isLibraryName, readLibraryHead } from "../../src/lua/library-head.ts";

test("the name is read, and where the code begins: with the line feed", () => {
  expect(readLibraryHead(fromText("#!lua name=mylib\nreturn 1"))).toEqual({
    name: "mylib",
    bytes: 16,
  });
  expect(readLibraryHead(fromText("#!LUA \t NAME='a_1' \r\n")).name).toBe("a_1");
});

test.each([
  ["", "ERR Missing library metadata"],
  ["return 1", "ERR Missing library metadata"],
  ["#!lua name=mylib", "ERR Invalid library metadata"],
  ["#!lua name=\0\n", "ERR Invalid library metadata"],
  ['#!lua name="a\n', "ERR Invalid library metadata"],
  ["#!lua\n", "ERR Library name was not given"],
  ["#!js name=a\n", "ERR Engine 'js' not found"],
  ["#!lua name=a x=y\n", "ERR Invalid metadata value given: x=y"],
])("%j is refused", (code, error) => {
  expect(() => readLibraryHead(fromText(code))).toThrow(error);
});

test("names are of letters, digits and underscores", () => {
  expect(["a", "Z_9"].every(isLibraryName)).toBe(true);
  expect(["", "a-b", "a\n", "ä"].some(isLibraryName)).toBe(false);
});
