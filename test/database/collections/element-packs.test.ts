import { expect, test } from "bun:test";
import { seededRandom } from "../../../scripts/random-commands/draw.ts";
import { EMPTY, fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { ElementPacks } from "../../../src/database/collections/element-packs.ts";
import { TYPE_SET } from "../../../src/keyspace/rows/key-row.ts";
import { KIND_SET } from "../../../src/keyspace/rows/row-key.ts";
import { useFakeClock } from "../../support/fake-clock.ts";
import { openLedis, type TestLedis } from "../../support/open-ledis.ts";

/** A set of numbered elements and packs that draw from it. */
function fill({ db: { collections } }: TestLedis, size: number, prefix = "element:") {
  const source = collections.create(TYPE_SET);
  const packs = new ElementPacks(seededRandom(7));
  const name = (i: number) => fromText(`${prefix}${i}`);
  for (let i = 0; i < size; i++) collections.put(KIND_SET, source.id, name(i), EMPTY);
  source.size = size;
  return {
    source,
    packs,
    add(i: number): void {
      collections.put(KIND_SET, source.id, name(i), EMPTY);
      packs.added(source.id, name(i));
      source.size++;
    },
    remove(element: Uint8Array): void {
      collections.delete(KIND_SET, source.id, element);
      source.size--;
    },
    name,
    draw: (isTaken = false) => packs.draw(collections, KIND_SET, source, isTaken),
  };
}

/** Asks until elements come; time has to pass meanwhile. */
function askUntilRead(draw: () => Uint8Array | null, time: { advance(ms: number): void }): void {
  for (let asked = 0; draw() === null; asked++) {
    if (asked > 1000) throw new Error("never read");
    time.advance(2);
  }
}

test("a collection that is asked often is read, and then each element comes about as often", async () => {
  using time = useFakeClock();
  await using test = await openLedis();
  const { draw } = fill(test, 500);
  for (let i = 0; i < 16; i++) expect(draw()).toBe(null);
  askUntilRead(draw, time);
  const counts = new Map<string, number>();
  for (let i = 0; i < 20_000; i++) {
    const name = mapKey(draw()!);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  expect(counts.size).toBe(500);
  expect(Math.min(...counts.values())).toBeGreaterThan(15);
  expect(Math.max(...counts.values())).toBeLessThan(80);
});

test("what is taken comes once, what went does not come, what is new comes too", async () => {
  using time = useFakeClock();
  await using test = await openLedis();
  const set = fill(test, 300);
  askUntilRead(set.draw, time);
  for (let i = 0; i < 50; i++) set.remove(set.name(i));
  for (let i = 300; i < 350; i++) set.add(i);
  const taken = new Set<string>();
  while (set.source.size > 0) {
    const element = set.draw(true)!;
    set.remove(element);
    taken.add(mapKey(element));
  }
  const expected = Array.from({ length: 300 }, (_, i) => mapKey(set.name(i + 50)));
  expect([...taken].sort()).toEqual(expected.sort());
});

test("elements that come while a collection is read are in it once", async () => {
  using time = useFakeClock();
  await using test = await openLedis();
  const set = fill(test, 30_000);
  let next = 30_000;
  askUntilRead(() => {
    set.add(next++);
    return set.draw();
  }, time);
  const taken = new Set<string>();
  for (let left = set.source.size; left > 0; left--) {
    const element = set.draw(true)!;
    set.remove(element);
    taken.add(mapKey(element));
  }
  expect(taken.size).toBe(next);
});

test("when elements came without a word, it is read anew", async () => {
  using time = useFakeClock();
  await using test = await openLedis();
  const set = fill(test, 200);
  askUntilRead(set.draw, time);
  test.db.collections.put(KIND_SET, set.source.id, fromText("silent"), EMPTY);
  set.source.size++;
  expect(set.draw()).toBe(null);
  askUntilRead(set.draw, time);
  set.packs.clear();
  expect(set.draw()).toBe(null);
});

test("what would take much memory is not read", async () => {
  using time = useFakeClock();
  await using test = await openLedis();
  const set = fill(test, 400, "x".repeat(60_000));
  for (let i = 0; i < 200; i++) {
    expect(set.draw()).toBe(null);
    time.advance(2);
  }
  expect(set.packs.memoryBytes).toBeLessThan(13 << 20);
});
