import { expect, test } from "bun:test";
import { mapKey } from "../../../src/bytes/bytes.ts";
import { splitWords, textWords, upperWord } from "../../../src/cli/shell/command-words.ts";

const split = (line: string) => splitWords(Buffer.from(line, "latin1"))?.map(mapKey);

test("words are split at blanks, and quotes hold them together", () => {
  expect(split("")).toEqual([]);
  expect(split("  set  a\tb\r")).toEqual(["set", "a", "b"]);
  expect(split(String.raw`set "a b\x00\n\"\\" 'it\'s \n' ""`)).toEqual([
    ...["set", 'a b\0\n"\\', "it's \\n", ""],
  ]);
});

test("quotes that do not match make no words", () => {
  for (const line of ['"a', "'a", '"a"b', "set 'x'y"]) expect(split(line)).toBeUndefined();
  expect(textWords('get "x')).toEqual([]);
  expect(textWords("get é")).toEqual(["get", "é"]);
});

test("commands are recognised in any case", () => {
  const words = splitWords(Buffer.from("Client lisT"))!;
  expect([0, 1, 2].map((at) => upperWord(words, at))).toEqual(["CLIENT", "LIST", ""]);
});
