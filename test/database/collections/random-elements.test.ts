import { expect, test } from "bun:test";
import { seededRandom } from "../../../scripts/random-commands/draw.ts";
import { EMPTY, fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { ElementPacks, type Sampled } from "../../../src/database/collections/element-packs.ts";
import { RandomElements } from "../../../src/database/collections/random-elements.ts";
import { TYPE_SET } from "../../../src/keyspace/rows/key-row.ts";
import { KIND_SET } from "../../../src/keyspace/rows/row-key.ts";
import { openLedis, type TestLedis } from "../../support/open-ledis.ts";

/** A collection with these elements, and who chooses among them. */
function fill({ db }: TestLedis, rests: readonly string[]) {
  const source = db.collections.create(TYPE_SET);
  for (const rest of rests) {
    db.collections.put(KIND_SET, source.id, Buffer.from(rest, "latin1"), EMPTY);
    source.size++;
  }
  return {
    source,
    random: new RandomElements(db.collections, KIND_SET, new ElementPacks(), seededRandom(5)),
  };
}

function draw(random: RandomElements, source: Sampled, count: number): Map<string, number> {
  const drawn = new Map<string, number>();
  for (let i = 0; i < count; i++) {
    const rest = mapKey(random.one(source));
    drawn.set(rest, (drawn.get(rest) ?? 0) + 1);
  }
  return drawn;
}

const numbered = (count: number) =>
  Array.from({ length: count }, (_, i) => `element:${String(i).padStart(9, "0")}`);

test("each element of a small collection comes about as often", async () => {
  await using test = await openLedis();
  const names = ["", "a", "aa", "b", "zzz", "\u00ff"];
  const { source, random } = fill(test, names);
  const drawn = draw(random, source, 600);
  expect([...drawn.keys()].sort()).toEqual(names);
  for (const count of drawn.values()) expect(count).toBeGreaterThan(60);
});

test("elements of a big collection are well spread, in memory and in SQLite", async () => {
  await using test = await openLedis();
  const { source, random } = fill(test, numbered(3000));
  for (let round = 0; round < 2; round++) {
    const drawn = draw(random, source, 3000);
    expect(drawn.size).toBeGreaterThan(1200);
    expect(Math.max(...drawn.values())).toBeLessThan(30);
    const hundreds = new Set([...drawn.keys()].map((name) => name.slice(0, -2)));
    expect(hundreds.size).toBe(30);
    await test.ledis.flush();
  }
});

test("elements that have nothing in common are well spread, too", async () => {
  await using test = await openLedis();
  const random = seededRandom(3);
  const names = Array.from({ length: 2000 }, () =>
    Array.from({ length: 8 }, () => "0123456789abcdef"[Math.floor(random() * 16)]).join(""),
  );
  const filled = fill(test, names);
  const drawn = draw(filled.random, filled.source, 2000);
  expect(drawn.size).toBeGreaterThan(800);
  expect(Math.max(...drawn.values())).toBeLessThan(30);
});

test("different elements are different, however many are asked for", async () => {
  await using test = await openLedis();
  const { source, random } = fill(test, numbered(1000));
  for (const count of [1, 5, 30, 500, 999, 1000, 2000]) {
    const chosen = random.distinct(source, count).map(mapKey);
    expect(new Set(chosen).size).toBe(Math.min(count, 1000));
    expect(chosen.length).toBe(Math.min(count, 1000));
  }
});

test("a good part of a collection is chosen with the same chance for all", async () => {
  await using test = await openLedis();
  const { source, random } = fill(test, numbered(200));
  const drawn = new Map<string, number>();
  for (let round = 0; round < 200; round++) {
    for (const rest of random.distinct(source, 50)) {
      drawn.set(mapKey(rest), (drawn.get(mapKey(rest)) ?? 0) + 1);
    }
  }
  expect(drawn.size).toBe(200);
  for (const count of drawn.values()) {
    expect(count).toBeGreaterThan(20);
    expect(count).toBeLessThan(90);
  }
});

test("with repeats there are as many as were asked for, in no order", async () => {
  await using test = await openLedis();
  for (const size of [1, 3, 1000]) {
    const names = numbered(size);
    const { source, random } = fill(test, names);
    for (const count of [1, 10, 3000]) {
      const chosen = random.withRepeats(source, count).map(mapKey);
      expect(chosen.length).toBe(count);
      expect(chosen.every((name) => names.includes(name))).toBe(true);
      if (count === 3000 && size > 1) expect(chosen.toSorted()).not.toEqual(chosen);
    }
  }
});

test("an element that is taken does not come again, and one that came without a word comes at last", async () => {
  await using test = await openLedis();
  const { source, random } = fill(test, ["a", "b", "c", "d"]);
  const left = new Set(["a", "b", "c", "d"]);
  while (source.size > 2) {
    const taken = random.take(source);
    expect(left.delete(mapKey(taken))).toBe(true);
    test.db.collections.delete(KIND_SET, source.id, taken);
    source.size--;
  }
  const [gone = "", kept = ""] = left;
  test.db.collections.delete(KIND_SET, source.id, fromText(gone));
  test.db.collections.put(KIND_SET, source.id, fromText("new"), EMPTY);
  expect([...draw(random, source, 100).keys()].sort()).toEqual([kept, "new"].sort());
  test.db.collections.put(KIND_SET, source.id, fromText("newer"), EMPTY);
  source.size++;
  random.changed(source.id);
  expect(draw(random, source, 100).size).toBe(3);
});

test("long elements are chosen, too", async () => {
  await using test = await openLedis();
  const names = Array.from({ length: 300 }, (_, i) => `${"x".repeat(300)}${1000 + i}`);
  const { source, random } = fill(test, names);
  expect(draw(random, source, 500).size).toBeGreaterThan(150);
  const few = fill(test, ["x".repeat(20_000), "y".repeat(20_000)]);
  expect(draw(few.random, few.source, 50).size).toBe(2);
});
