import { expect, test } from "bun:test";
import { fromText } from "../../../src/bytes/bytes.ts";
import { flushMode, int32 } from "../../../src/commands/keys/database-words.ts";
import { Words } from "../../../src/commands/words.ts";
import { errors } from "../../../src/errors.ts";
import { Request } from "../../../src/resp/request.ts";

const wordsOf = (...texts: string[]) =>
  new Words().of(Request.of(["NAME", ...texts].map(fromText)), 1);

test("an int32 is read; Redis's texts tell what else it is", () => {
  const read = (text: string) => int32("db").read(wordsOf(text));
  expect([read("0"), read("-1"), read("2147483647")]).toEqual([0, -1, 2147483647]);
  for (const text of ["x", "", "1.0", " 1", "9223372036854775808"]) {
    expect(() => read(text)).toThrow(errors.notInteger);
  }
  for (const text of ["2147483648", "-2147483649"])
    expect(() => read(text)).toThrow(errors.notInt32);
});

test("one text may stand for all mistakes", () => {
  const arg = int32("index1", errors.invalidFirstDatabase);
  for (const text of ["x", "2147483648"]) {
    expect(() => arg.read(wordsOf(text))).toThrow(errors.invalidFirstDatabase);
  }
});

test("a flush is SYNC, ASYNC or neither", () => {
  expect(flushMode.read(wordsOf())).toBeNull();
  for (const text of ["SYNC", "async"])
    expect(flushMode.read(wordsOf(text))).toEqual(fromText(text));
  for (const texts of [["NOW"], ["SYNC", "SYNC"], ["ASYNC", "SYNC"]]) {
    expect(() => flushMode.read(wordsOf(...texts))).toThrow(errors.syntax);
  }
});
