import { expect, test } from "bun:test";
import { fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { SortElements } from "../../../src/database/sorting/sort-elements.ts";
import { openLedis, type TestLedis } from "../../support/open-ledis.ts";

const key = fromText("k");
const numbered = (count: number) =>
  Array.from({ length: count }, (_, i) => fromText(`m${1000 + i}`));
const names = (from: number, to: number) => numbered(to).slice(from).map(mapKey);

function elementsOf({ db }: TestLedis): SortElements {
  return new SortElements(db.table, db.collections, db.lists, db.zsets);
}

/** Runs to the end, doing `meanwhile` at every interruption. */
function run<T>(work: Generator<void, T, void>, meanwhile: () => void = () => {}): T {
  for (;;) {
    const next = work.next();
    if (next.done) return next.value;
    meanwhile();
  }
}

test("all elements are read, or a piece from either end", async () => {
  await using test = await openLedis();
  const { db } = test;
  db.lists.push(fromText("list"), "right", numbered(500));
  db.sets.add(fromText("set"), numbered(500));
  const members = numbered(500).map((member, score) => ({ member, score: -score }));
  db.zsets.replace(fromText("zset"), members);
  const load = (name: string, piece: { start: number; end: number; reverse: boolean } | null) => {
    const loaded = run(elementsOf(test).load(fromText(name), () => piece));
    return [loaded.isPicked, loaded.elements.map(mapKey)];
  };
  for (const name of ["list", "set", "zset"])
    expect(load(name, null)).toEqual([false, names(0, 500)]);
  const piece = { start: 10, end: 310, reverse: false };
  expect(load("list", piece)).toEqual([true, names(10, 310)]);
  expect(load("list", { ...piece, reverse: true })).toEqual([true, names(190, 490).reverse()]);
  expect(load("zset", piece)).toEqual([true, names(190, 490).reverse()]);
  expect(load("zset", { ...piece, reverse: true })).toEqual([true, names(10, 310)]);
  expect(load("set", piece)).toEqual([false, names(0, 500)]);
  expect(load("missing", piece)).toEqual([false, []]);
});

test("reading starts anew when the key is changed, and in the end is done in one go", async () => {
  await using test = await openLedis();
  const { db } = test;
  db.lists.push(key, "right", numbered(500));
  let changes = 0;
  const loaded = run(
    elementsOf(test).load(key, () => null),
    () => db.lists.push(key, "right", [fromText(`new${++changes}`)]),
  );
  expect(changes).toBe(4);
  expect(loaded.elements.length).toBe(504);
  db.strings.set(key, fromText("v"));
  const refused = () => run(elementsOf(test).load(key, () => null));
  expect(refused).toThrow("WRONGTYPE");
});

test("changes of other keys do not matter", async () => {
  await using test = await openLedis();
  const { db } = test;
  db.lists.push(key, "right", numbered(500));
  let rounds = 0;
  run(
    elementsOf(test).load(key, () => null),
    () => db.strings.set(fromText("other"), fromText(`${++rounds}`)),
  );
  expect(rounds).toBe(4);
});
