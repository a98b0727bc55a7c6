import { expect, test } from "bun:test";
import { fromText, toText } from "../../../src/bytes/bytes.ts";
import type { LexRange, ScoreRange, ZSetRange } from "../../../src/database/zsets/zset-bounds.ts";
import type { Piece } from "../../../src/database/zsets/zset-ranges.ts";
import { openLedis, type TestLedis } from "../../support/open-ledis.ts";

const key = fromText("z");
const PLAIN = { condition: null, comparison: null, increments: false } as const;
const scoresOf = (min: number, max: number): ScoreRange => ({
  by: "score",
  min,
  minExclusive: false,
  max,
  maxExclusive: false,
});
const lex = (min: string, max: string): LexRange => ({
  by: "lex",
  min: { member: min === "-" ? "-" : fromText(min), exclusive: false },
  max: { member: max === "+" ? "+" : fromText(max), exclusive: false },
});

/** Members `m000` ... with the scores that `scoreOf` gives them. */
function fill({ db }: TestLedis, size: number, scoreOf: (number: number) => number): void {
  for (let i = 0; i < size; i++) {
    const member = fromText(`m${String(i).padStart(3, "0")}`);
    db.zsets.add(key, [{ member, score: scoreOf(i) }], PLAIN);
  }
}

function read({ db }: TestLedis, range: ZSetRange, piece?: Piece): string[] {
  return db.zsets.range(key, range, piece).map(({ member }) => toText(member));
}

test("ranks count from both ends, and are cut where the set ends", async () => {
  await using test = await openLedis();
  fill(test, 10, (number) => number);
  const rank = (start: number, stop: number) => read(test, { by: "rank", start, stop });
  expect(rank(0, 1)).toEqual(["m000", "m001"]);
  expect(rank(-2, -1)).toEqual(["m008", "m009"]);
  expect(rank(8, 100)).toEqual(["m008", "m009"]);
  expect(rank(-100, 0)).toEqual(["m000"]);
  expect([rank(5, 4), rank(10, 12), rank(-1, -2), rank(0, -11)]).toEqual([[], [], [], []]);
  const backwards = { reverse: true, offset: 0, limit: -1 };
  expect(read(test, { by: "rank", start: 0, stop: 1 }, backwards)).toEqual(["m009", "m008"]);
});

test("a piece of a range by score is the same whether it is walked to or counted to", async () => {
  await using test = await openLedis();
  fill(test, 400, (number) => Math.floor(number / 3));
  const names = Array.from({ length: 400 }, (_, i) => `m${String(i).padStart(3, "0")}`);
  for (const offset of [0, 10, 63, 65, 200, 239, 240, 300]) {
    for (const limit of [-1, 0, 7]) {
      const end = limit < 0 ? 240 : Math.min(offset + limit, 240);
      const wanted = names.slice(60, 300).slice(offset, end);
      const range = scoresOf(20, 99);
      expect(read(test, range, { reverse: false, offset, limit })).toEqual(wanted);
      const backwards = names.slice(60, 300).reverse().slice(offset, end);
      expect(read(test, range, { reverse: true, offset, limit })).toEqual(backwards);
    }
  }
  expect(test.db.zsets.count(key, scoresOf(20, 99))).toBe(240);
  expect(test.db.zsets.count(key, scoresOf(99, 20))).toBe(0);
  expect(read(test, scoresOf(0, 99), { reverse: false, offset: -1, limit: 5 })).toEqual([]);
});

test("a range by member is found where all scores are equal", async () => {
  await using test = await openLedis();
  fill(test, 300, () => 5);
  expect(read(test, lex("m1", "m102"))).toEqual(["m100", "m101", "m102"]);
  expect(test.db.zsets.count(key, lex("m1", "+"))).toBe(200);
  const piece = { reverse: true, offset: 100, limit: 2 };
  expect(read(test, lex("-", "+"), piece)).toEqual(["m199", "m198"]);
});

test("a range by member of a small set with several scores is Redis's", async () => {
  await using test = await openLedis();
  for (const [member, score] of [
    ["c", 1],
    ["a", 2],
    ["b", 3],
    ["d", 4],
  ] as const) {
    test.db.zsets.add(key, [{ member: fromText(member), score }], PLAIN);
  }
  expect(read(test, lex("b", "c"))).toEqual(["c", "a", "b"]);
  expect(read(test, lex("-", "b"))).toEqual([]);
  expect(read(test, lex("b", "c"), { reverse: true, offset: 0, limit: 2 })).toEqual(["b"]);
  expect(read(test, lex("a", "+"), { reverse: false, offset: 1, limit: 2 })).toEqual(["a", "b"]);
  expect(test.db.zsets.count(key, lex("b", "c"))).toBe(3);
});

test("a range by member of a large set with several scores has members of the lowest one", async () => {
  await using test = await openLedis();
  fill(test, 300, (number) => number % 2);
  expect(read(test, lex("m1", "m103"))).toEqual(["m100", "m102"]);
});
