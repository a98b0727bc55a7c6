import { describe, expect, test } from "bun:test";
import { type Bytes, fromText, toText } from "../../../src/bytes/bytes.ts";
import type { DB } from "../../../src/database/db.ts";
import type { Weighting, ZSetOperation } from "../../../src/database/zsets/zset-algebra.ts";
import { openLedis } from "../../support/open-ledis.ts";

const PLAIN = { condition: null, comparison: null, increments: false } as const;
const keys = (...names: string[]): Bytes[] => names.map(fromText);

function put(db: DB, key: string, members: Readonly<Record<string, number>>): void {
  const scored = Object.entries(members).map(([member, score]) => ({
    member: fromText(member),
    score,
  }));
  db.zsets.add(fromText(key), scored, PLAIN);
}

function combine(
  { zsets: { algebra } }: DB,
  operation: ZSetOperation,
  names: string[],
  weighting?: Weighting,
): [string, number][] {
  const found = algebra.combine(operation, algebra.sources(keys(...names)), weighting);
  return found.map(({ member, score }) => [toText(member), score]);
}

function fill(db: DB): void {
  put(db, "a", { x: 1, y: 2, z: 3 });
  put(db, "b", { y: 10, z: -1 });
  db.sets.add(fromText("s"), keys("z", "w"));
}

describe("operations", () => {
  test("a union adds scores, those of a set are 1", async () => {
    await using test = await openLedis();
    fill(test.db);
    expect(combine(test.db, "union", ["a", "b", "s", "none"])).toEqual([
      ["w", 1],
      ["x", 1],
      ["z", 3],
      ["y", 12],
    ]);
  });

  test("an intersection has what all have", async () => {
    await using test = await openLedis();
    fill(test.db);
    expect(combine(test.db, "intersection", ["a", "b"])).toEqual([
      ["z", 2],
      ["y", 12],
    ]);
    expect(combine(test.db, "intersection", ["a", "b", "s"])).toEqual([["z", 3]]);
    expect(combine(test.db, "intersection", ["a", "none"])).toEqual([]);
  });

  test("a difference has the first one's scores", async () => {
    await using test = await openLedis();
    fill(test.db);
    expect(combine(test.db, "difference", ["a", "b", "none"])).toEqual([["x", 1]]);
    expect(combine(test.db, "difference", ["s", "a"])).toEqual([["w", 1]]);
    expect(combine(test.db, "difference", ["none", "a"])).toEqual([]);
  });

  test("intersections are counted up to a limit", async () => {
    await using test = await openLedis();
    fill(test.db);
    const { algebra } = test.db.zsets;
    const sources = algebra.sources(keys("a", "b"));
    expect([0, 1, 2, 3].map((limit) => algebra.intersectionSize(sources, limit))).toEqual([
      2, 1, 2, 2,
    ]);
  });
});

describe("scores", () => {
  test("are weighted and combined", async () => {
    await using test = await openLedis();
    fill(test.db);
    const weights = [2, 0.5];
    expect(combine(test.db, "union", ["a", "b"], { weights, aggregate: "MAX" })).toEqual([
      ["x", 2],
      ["y", 5],
      ["z", 6],
    ]);
    expect(combine(test.db, "intersection", ["a", "b"], { weights, aggregate: "MIN" })).toEqual([
      ["z", -0.5],
      ["y", 4],
    ]);
  });

  test("are 0 where they would be no number", async () => {
    await using test = await openLedis();
    put(test.db, "a", { m: Infinity });
    put(test.db, "b", { m: -Infinity });
    expect(combine(test.db, "union", ["a", "b"])).toEqual([["m", 0]]);
    expect(combine(test.db, "intersection", ["a", "b"])).toEqual([["m", 0]]);
    expect(combine(test.db, "union", ["a"], { weights: [0], aggregate: "SUM" })).toEqual([
      ["m", 0],
    ]);
  });
});

test("infinity by a weight of 0 is neither the least nor the greatest in an intersection", async () => {
  await using test = await openLedis();
  put(test.db, "a", { x: Infinity });
  for (const aggregate of ["MIN", "MAX"] as const) {
    const weighting = { weights: [0, 0], aggregate };
    expect(combine(test.db, "intersection", ["a", "a"], weighting)).toEqual([["x", 0]]);
  }
});

test("a source of another type is refused", async () => {
  await using test = await openLedis();
  test.db.strings.set(fromText("str"), fromText("v"));
  expect(() => test.db.zsets.algebra.sources(keys("none", "str"))).toThrow("WRONGTYPE");
});
