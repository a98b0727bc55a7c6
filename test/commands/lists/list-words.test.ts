import { describe, expect, test } from "bun:test";
import { fromText, mapKey } from "../../../src/bytes/bytes.ts";
import type { Arg } from "../../../src/commands/args.ts";
import {
  atLeast,
  listEnd,
  matchRank,
  multiPop,
  uncheckedIndex,
} from "../../../src/commands/lists/list-words.ts";
import { Words } from "../../../src/commands/words.ts";
import { Request } from "../../../src/resp/request.ts";

function read<T>(arg: Arg<T>, line: string): T {
  return arg.read(new Words().of(Request.of(line.split(" ").map((word) => fromText(word))), 0));
}

test("an unchecked index is NaN when it is no integer, and rounded when it is large", () => {
  expect(read(uncheckedIndex(), "-3")).toBe(-3);
  expect(read(uncheckedIndex(), "9223372036854775807")).toBe(2 ** 63);
  expect(read(uncheckedIndex(), "9223372036854775808")).toBeNaN();
  expect(read(uncheckedIndex(), "1.0")).toBeNaN();
});

test("a number below the least, or none, has one error text", () => {
  expect(read(atLeast(0, "n", "no"), "0")).toBe(0);
  for (const line of ["-1", "x", ""]) expect(() => read(atLeast(0, "n", "no"), line)).toThrow("no");
});

test("a rank is any integer but 0", () => {
  expect(read(matchRank(), "-1")).toBe(-1);
  expect(() => read(matchRank(), "0")).toThrow("ERR RANK can't be zero");
});

test("an end is LEFT or RIGHT in any case", () => {
  expect(read(listEnd("where"), "Left")).toBe("left");
  expect(read(listEnd("where"), "RIGHT")).toBe("right");
  expect(() => read(listEnd("where"), "UP")).toThrow("ERR syntax error");
});

describe("what LMPOP pops", () => {
  test("is keys, an end and a count that is 1 if not given", () => {
    const { keys, end, count } = read(multiPop(), "2 a b left");
    expect([keys.map(mapKey), end, count]).toEqual([["a", "b"], "left", 1]);
    expect(read(multiPop(), "1 a RIGHT count 5").count).toBe(5);
  });

  test("is refused when its words do not add up", () => {
    for (const line of [
      "3 a b LEFT",
      "9223372036854775807 a LEFT",
      "1 a LEFT COUNT",
      "1 a LEFT x 1",
    ]) {
      expect(() => read(multiPop(), line)).toThrow("ERR syntax error");
    }
  });
});
