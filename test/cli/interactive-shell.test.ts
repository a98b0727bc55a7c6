import { expect, test } from "bun:test";
import { CommandCatalog } from "../../src/cli/command-catalog.ts";
import { completionsOf, hintFor, typedWords } from "../../src/cli/interactive-shell.ts";

const catalog = new CommandCatalog();

test("the last word is the one being typed; behind a blank it is empty", () => {
  expect(typedWords("")).toEqual([""]);
  expect(typedWords("get")).toEqual(["get"]);
  expect(typedWords("get ")).toEqual(["get", ""]);
});

test("completions replace the word being typed", () => {
  expect(completionsOf(catalog, "hgeta")).toEqual([["hgetall "], "hgeta"]);
  expect(completionsOf(catalog, "CLIENT LI")).toEqual([["LIST "], "LI"]);
  expect(completionsOf(catalog, 'set k "n"')).toEqual([[], ""]);
});

test("hints stand one blank behind the line and never beyond the terminal", () => {
  expect(hintFor(catalog, "", 80)).toBe("");
  expect(hintFor(catalog, "get", 80)).toBe(" key");
  expect(hintFor(catalog, "get ", 80)).toBe("key");
  expect(hintFor(catalog, "get k", 80)).toBe("");
  expect(hintFor(catalog, "lrange ", 5)).toBe("key s");
  expect(hintFor(catalog, "lrange ", -1)).toBe("");
});
