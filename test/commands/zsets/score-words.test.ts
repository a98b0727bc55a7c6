import { expect, test } from "bun:test";
import { fromText } from "../../../src/bytes/bytes.ts";
import { parseLexRange, parseScoreRange } from "../../../src/commands/zsets/score-words.ts";

const scores = (min: string, max: string) => parseScoreRange(fromText(min), fromText(max));
const score = (text: string): number => scores(text, "0").min;

test("a score may be exclusive", () => {
  expect(scores("(1", "+inf")).toEqual({
    by: "score",
    min: 1,
    minExclusive: true,
    max: Infinity,
    maxExclusive: false,
  });
});

test("a score is what C reads", () => {
  const texts = ["", "(", " 1", "\t\n 2.5", "1\0x", "0x10", "1e400", "-1e400", "1e-400", "-INF"];
  const wanted = [0, 0, 1, 2.5, 1, 16, Infinity, -Infinity, 0, -Infinity];
  expect(texts.map(score)).toEqual(wanted);
});

test("other texts are refused", () => {
  for (const text of ["x", "1 ", "((1", "nan", " ", "--1", "1,5"]) {
    expect(() => scores(text, "0")).toThrow("ERR min or max is not a float");
    expect(() => scores("0", text)).toThrow("ERR min or max is not a float");
  }
});

test("a member is bracketed, or one of the ends", () => {
  const range = (min: string, max: string) => parseLexRange(fromText(min), fromText(max));
  expect(range("-", "(ab")).toEqual({
    by: "lex",
    min: { member: "-", exclusive: false },
    max: { member: fromText("ab"), exclusive: true },
  });
  expect(range("[", "+\0x").max.member).toBe("+");
  for (const text of ["", "a", "+a", "--"]) {
    expect(() => range(text, "+")).toThrow("ERR min or max not valid string range item");
    expect(() => range("-", text)).toThrow("ERR min or max not valid string range item");
  }
});
