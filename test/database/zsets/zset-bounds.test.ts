import { expect, test } from "bun:test";
import { compareBytes, fromText } from "../../../src/bytes/bytes.ts";
import {
  isEmptyLexRange,
  isFromMin,
  isUpToMax,
  type LexBound,
  type LexRange,
  lexBounds,
  scoreBounds,
} from "../../../src/database/zsets/zset-bounds.ts";
import { entryOf } from "../../../src/database/zsets/zset-entry.ts";

const scores = [-Infinity, -2, -1e-300, 0, 1, 1.5, 1e300, Infinity];

test("score bounds hold the entries with these scores and no others", () => {
  for (const min of scores) {
    for (const max of scores) {
      for (const [minExclusive, maxExclusive] of [
        [false, false],
        [true, false],
        [false, true],
        [true, true],
      ] as const) {
        const { from, to } = scoreBounds({ by: "score", min, minExclusive, max, maxExclusive });
        for (const score of scores) {
          const entry = entryOf(score, fromText("\u00ff\u00ffm"));
          const isIn =
            compareBytes(entry, from) >= 0 && (to === null || compareBytes(entry, to) < 0);
          const wanted =
            (minExclusive ? score > min : score >= min) &&
            (maxExclusive ? score < max : score <= max);
          expect(isIn).toBe(wanted);
        }
      }
    }
  }
});

const bound = (text: string): LexBound =>
  text === "-" || text === "+"
    ? { member: text, exclusive: false }
    : { member: fromText(text.slice(1)), exclusive: text[0] === "(" };

test("lex bounds hold the members in the range and no others", () => {
  const ends = ["-", "+", "[", "(", "[a", "(a", "[b", "(b", "[a\0"];
  const members = ["", "a", "a\0", "aa", "b", "c"].map(fromText);
  for (const min of ends.map(bound)) {
    for (const max of ends.map(bound)) {
      const range: LexRange = { by: "lex", min, max };
      const { from, to } = lexBounds(range, 1);
      for (const member of members) {
        const entry = entryOf(1, member);
        const isIn = compareBytes(entry, from) >= 0 && (to === null || compareBytes(entry, to) < 0);
        expect(isIn).toBe(isFromMin(member, range) && isUpToMax(member, range));
        if (isIn) expect(isEmptyLexRange(range)).toBe(false);
      }
    }
  }
});

test("a range is empty when its ends leave nothing between them", () => {
  const isEmpty = (min: string, max: string) =>
    isEmptyLexRange({ by: "lex", min: bound(min), max: bound(max) });
  expect([isEmpty("+", "-"), isEmpty("-", "-"), isEmpty("+", "+"), isEmpty("[b", "[a")]).toEqual(
    Array(4).fill(true),
  );
  expect([isEmpty("(a", "[a"), isEmpty("[a", "(a")]).toEqual([true, true]);
  expect([isEmpty("[a", "[a"), isEmpty("-", "+"), isEmpty("-", "[a")]).toEqual(
    Array(3).fill(false),
  );
});
