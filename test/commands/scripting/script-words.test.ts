import { expect, test } from "bun:test";
import { fromText, toText } from "../../../src/bytes/bytes.ts";
import { isFlushMode, scriptWords } from "../../../src/commands/scripting/script-words.ts";
import { readArg } from "../../support/read-arg.ts";

const read = (line: string) => readArg(scriptWords("ERR no number"), ...line.split(" "))();

test("keys stand behind their number, and arguments behind them", () => {
  const { keys, args } = read("2 a b c");
  expect([keys.map(toText), args.map(toText)]).toEqual([["a", "b"], ["c"]]);
  expect(read("0")).toEqual({ keys: [], args: [] });
});

test.each([
  ["x a", "ERR no number"],
  ["99999999999999999999", "ERR no number"],
  ["9223372036854775807 a", "ERR Number of keys can't be greater than number of args"],
  ["-1 a", "ERR Number of keys can't be negative"],
])("%s is refused", (line, error) => {
  expect(() => read(line)).toThrow(error);
});

test("FLUSH takes ASYNC, SYNC or nothing", () => {
  expect([undefined, fromText("async"), fromText("SYNC")].every(isFlushMode)).toBe(true);
  expect(isFlushMode(fromText("NOW"))).toBe(false);
});
