import { describe, expect, test } from "bun:test";
import { type Bytes, fromText, mapKey, toText } from "../../../src/bytes/bytes.ts";
import type { DB } from "../../../src/database/db.ts";
import type { AddOptions, ScoredMember } from "../../../src/database/zsets/zsets.ts";
import { openLedis } from "../../support/open-ledis.ts";

const key = fromText("z");
const PLAIN: AddOptions = { condition: null, comparison: null, increments: false };
const ALL = { by: "rank", start: 0, stop: -1 } as const;

const scored = (...pairs: [member: string, score: number][]): ScoredMember[] =>
  pairs.map(([member, score]) => ({ member: fromText(member), score }));
const plain = (members: readonly ScoredMember[]): [string, number][] =>
  members.map(({ member, score }) => [toText(member), score]);
const all = ({ zsets }: DB): [string, number][] => plain(zsets.range(key, ALL));

describe("add", () => {
  test("counts new members and new scores, one that is named twice once", async () => {
    await using test = await openLedis();
    const { zsets } = test.db;
    expect(zsets.add(key, scored(["a", 1], ["b", 2], ["a", 3]), PLAIN)).toEqual({
      added: 2,
      changed: 1,
      score: 3,
    });
    expect(zsets.add(key, scored(["a", 3], ["b", 0]), PLAIN)).toEqual({
      added: 0,
      changed: 1,
      score: 0,
    });
    expect(all(test.db)).toEqual([
      ["b", 0],
      ["a", 3],
    ]);
  });

  test("takes conditions and comparisons", async () => {
    await using test = await openLedis();
    const { zsets } = test.db;
    const add = (options: Partial<AddOptions>, member: string, score: number) =>
      zsets.add(key, scored([member, score]), { ...PLAIN, ...options }).score;
    expect(add({ condition: "XX" }, "a", 1)).toBeNull();
    expect(test.db.keys.has(key)).toBe(false);
    expect(add({ condition: "NX" }, "a", 5)).toBe(5);
    expect(add({ condition: "NX" }, "a", 6)).toBeNull();
    expect(add({ comparison: "GT" }, "a", 4)).toBeNull();
    expect(add({ comparison: "GT" }, "a", 7)).toBe(7);
    expect(add({ comparison: "LT" }, "a", 7)).toBeNull();
    expect(add({ comparison: "LT" }, "b", 9)).toBe(9);
    expect(add({ increments: true }, "a", 0.5)).toBe(7.5);
    expect(add({ increments: true, comparison: "LT" }, "a", 1)).toBeNull();
  });

  test("refuses a sum that is no number", async () => {
    await using test = await openLedis();
    const { zsets } = test.db;
    zsets.add(key, scored(["a", Infinity]), PLAIN);
    const add = () => zsets.add(key, scored(["a", -Infinity]), { ...PLAIN, increments: true });
    expect(add).toThrow("ERR resulting score is not a number (NaN)");
    expect(zsets.score(key, fromText("a"))).toBe(Infinity);
  });

  test("keeps the TTL, and tells of a change only if there is one", async () => {
    await using test = await openLedis();
    const { db } = test;
    const at = Date.UTC(2100, 0, 1);
    db.zsets.add(key, scored(["a", 1]), PLAIN);
    db.keys.expire(key, at);
    const changed: string[] = [];
    db.table.listen({
      keyChanged: (key) => changed.push(toText(key)),
      keysReplaced: () => changed.push("all"),
    });
    db.zsets.add(key, scored(["a", 1]), PLAIN);
    expect(changed).toEqual([]);
    db.zsets.add(key, scored(["a", 2]), PLAIN);
    db.zsets.remove(key, [fromText("x")]);
    expect(changed).toEqual(["z"]);
    expect(db.keys.expireAt(key)).toBe(at);
  });
});

describe("reading", () => {
  test("a missing key is an empty set", async () => {
    await using test = await openLedis();
    const { zsets } = test.db;
    const a = fromText("a");
    expect(zsets.size(key)).toBe(0);
    expect(zsets.score(key, a)).toBeNull();
    expect(zsets.scores(key, [a, a])).toEqual([null, null]);
    expect(zsets.rank(key, a, false)).toBeNull();
    expect([zsets.range(key, ALL), zsets.random(key, 3), zsets.pop(key, 1, true)]).toEqual([
      [],
      [],
      [],
    ]);
    expect([zsets.count(key, ALL), zsets.remove(key, [a]), zsets.removeRange(key, ALL)]).toEqual([
      0, 0, 0,
    ]);
    expect(zsets.randomWithRepeats(key, 3)).toEqual([]);
  });

  test("ranks count from either end", async () => {
    await using test = await openLedis();
    const { zsets } = test.db;
    zsets.add(key, scored(["a", 1], ["b", 1], ["c", 0]), PLAIN);
    expect(zsets.rank(key, fromText("a"), false)).toEqual({ rank: 1, score: 1 });
    expect(zsets.rank(key, fromText("c"), true)).toEqual({ rank: 2, score: 0 });
    expect(zsets.rank(key, fromText("x"), true)).toBeNull();
    expect(zsets.scores(key, [fromText("c"), fromText("x")])).toEqual([0, null]);
  });

  test("a key of another type is refused", async () => {
    await using test = await openLedis();
    const { db } = test;
    db.strings.set(key, fromText("v"));
    expect(() => db.zsets.size(key)).toThrow("WRONGTYPE");
    expect(() => db.zsets.add(key, scored(["a", 1]), PLAIN)).toThrow("WRONGTYPE");
    expect(() => db.zsets.pop(key, 1, false)).toThrow("WRONGTYPE");
  });
});

describe("removing", () => {
  test("the last member takes the key with it", async () => {
    await using test = await openLedis();
    const { db } = test;
    db.zsets.add(key, scored(["a", 1], ["b", 2]), PLAIN);
    expect(db.zsets.remove(key, ["a", "a", "x", "b"].map(fromText))).toBe(2);
    expect(db.keys.has(key)).toBe(false);
    db.zsets.add(key, scored(["a", 1], ["b", 2]), PLAIN);
    expect(plain(db.zsets.pop(key, 5, true))).toEqual([
      ["b", 2],
      ["a", 1],
    ]);
    expect(db.keys.has(key)).toBe(false);
  });

  test("a range goes by rank or score", async () => {
    await using test = await openLedis();
    const { zsets } = test.db;
    zsets.add(key, scored(["a", 1], ["b", 2], ["c", 3], ["d", 4]), PLAIN);
    expect(zsets.removeRange(key, { by: "rank", start: 1, stop: 1 })).toBe(1);
    const range = { by: "score", min: 3, minExclusive: true, max: 9, maxExclusive: false } as const;
    expect(zsets.removeRange(key, range)).toBe(1);
    expect(all(test.db).map(([member]) => member)).toEqual(["a", "c"]);
  });
});

describe("replace", () => {
  test("stores in place of what the key held, without its TTL", async () => {
    await using test = await openLedis();
    const { db } = test;
    db.strings.set(key, fromText("v"), Date.UTC(2100, 0, 1));
    expect(db.zsets.replace(key, scored(["a", 1], ["b", 0]))).toBe(2);
    expect(db.keys.expireAt(key)).toBe(0);
    expect(all(db)).toEqual([
      ["b", 0],
      ["a", 1],
    ]);
    expect(db.zsets.replace(key, [])).toBe(0);
    expect(db.keys.has(key)).toBe(false);
  });
});

describe("page", () => {
  test("a small set comes whole and in order of score, a large one in order of members", async () => {
    await using test = await openLedis();
    const { zsets } = test.db;
    const member = (i: number) => `m${String(i).padStart(3, "0")}`;
    for (let i = 0; i < 200; i++) {
      zsets.add(key, scored([member(i), -i]), PLAIN);
      if (i === 99) {
        const { members, last } = zsets.page(zsets.find(key)!, null, null, 10);
        expect([members.length, mapKey(members[0]!.member), last]).toEqual([100, "m099", null]);
        const some = zsets.page(zsets.find(key)!, null, fromText("m01*"), 10);
        expect(some.members.length).toBe(10);
      }
    }
    const seen: [string, number][] = [];
    let after: Bytes | null = null;
    do {
      const page = zsets.page(zsets.find(key)!, after, fromText("*"), 7);
      seen.push(...plain(page.members));
      after = page.last;
    } while (after !== null);
    expect(seen).toEqual(Array.from({ length: 200 }, (_, i) => [member(i), 0 - i]));
    const narrow = zsets.page(zsets.find(key)!, fromText("m014"), fromText("m01?"), 100);
    expect(plain(narrow.members).map(([name]) => name)).toEqual([15, 16, 17, 18, 19].map(member));
  });
});

test("copies and moves keep their ranks", async () => {
  await using test = await openLedis();
  const { ledis, db } = test;
  const other = ledis.select(1);
  for (let i = 0; i < 300; i++) db.zsets.add(key, scored([`m${i}`, i]), PLAIN);
  db.keys.copy(key, other.table, key, false);
  db.zsets.remove(key, [fromText("m5")]);
  expect(other.zsets.rank(key, fromText("m299"), false)!.rank).toBe(299);
  other.keys.moveTo(ledis.select(2).table, key);
  const third = ledis.select(2);
  third.zsets.remove(key, [fromText("m7")]);
  third.zsets.add(key, scored(["low", -1], ["lower", -2]), PLAIN);
  third.keys.moveTo(other.table, key);
  expect(other.zsets.rank(key, fromText("m299"), false)!.rank).toBe(300);
  expect(db.zsets.rank(key, fromText("m299"), false)!.rank).toBe(298);
});
