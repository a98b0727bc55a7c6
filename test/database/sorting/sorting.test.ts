import { expect, test } from "bun:test";
import fc from "fast-check";
import { fromText, mapKey } from "../../../src/bytes/bytes.ts";
import type { SortQuery } from "../../../src/database/sorting/sorting.ts";
import { openLedis, type TestLedis } from "../../support/open-ledis.ts";

const key = fromText("k");
const plain: SortQuery = {
  by: null,
  get: [],
  offset: 0,
  count: -1,
  isDescending: false,
  isAlphabetic: false,
  isStored: false,
};

function sort({ db }: TestLedis, query: Partial<SortQuery>): (string | null)[] {
  const work = db.sorting.sort(key, { ...plain, ...query });
  for (;;) {
    const next = work.next();
    if (next.done) return next.value.map((value) => (value === null ? null : mapKey(value)));
  }
}

test("whatever the numbers, they come in order and equal ones by their bytes", async () => {
  await using test = await openLedis();
  const number = fc.oneof(
    fc.integer({ min: -20, max: 20 }).map(String),
    fc.constantFrom("07", "+7", "7.0"),
  );
  await fc.assert(
    fc.property(fc.array(number, { maxLength: 700 }), fc.boolean(), (numbers, isDescending) => {
      test.db.lists.replaceOrRemove(key, numbers.map(fromText));
      const sorted = numbers.toSorted(
        (a, b) => Number(a) - Number(b) || (a < b ? -1 : a > b ? 1 : 0),
      );
      if (isDescending) sorted.reverse();
      expect(sort(test, { isDescending })).toEqual(sorted);
    }),
    { numRuns: 30 },
  );
});

test("a missing value weighs 0, and alphabetically comes first", async () => {
  await using test = await openLedis();
  const { db } = test;
  db.lists.push(key, "right", ["a", "b", "c", "d"].map(fromText));
  db.strings.set(fromText("w_a"), fromText("5"));
  db.strings.set(fromText("w_b"), fromText("-5"));
  db.strings.set(fromText("w_c"), fromText("10"));
  const by = fromText("w_*");
  expect(sort(test, { by })).toEqual(["b", "d", "a", "c"]);
  expect(sort(test, { by, isAlphabetic: true })).toEqual(["d", "b", "c", "a"]);
  expect(sort(test, { by, offset: 1, count: 2, get: [by, fromText("#")] })).toEqual([
    null,
    "d",
    "5",
    "a",
  ]);
  db.strings.set(fromText("w_d"), fromText("x"));
  expect(() => sort(test, { by })).toThrow("ERR One or more scores can't be converted into double");
});

test("without an order a list keeps its own, and a set is ordered only to be stored", async () => {
  await using test = await openLedis();
  const { db } = test;
  const by = fromText("nosort");
  db.lists.push(key, "right", ["c", "a", "b"].map(fromText));
  expect(sort(test, { by })).toEqual(["c", "a", "b"]);
  expect(sort(test, { by, isDescending: true, offset: 1 })).toEqual(["a", "c"]);
  db.table.remove(key);
  db.sets.add(key, ["c", "a", "b"].map(fromText));
  expect(sort(test, { by, isStored: true, isDescending: true })).toEqual(["c", "b", "a"]);
  expect(sort(test, { by, isStored: true, offset: 1, count: 1 })).toEqual(["b"]);
});

test.each([
  [0, -1, 0, 5],
  [-3, 2, 0, 2],
  [3, 100, 3, 5],
  [5, 1, 5, 5],
  [9, -1, 5, 5],
  [1, 0, 1, 1],
  [2, -7, 2, 5],
])("LIMIT %d %d answers [%d, %d) of five", async (offset, count, start, end) => {
  await using test = await openLedis();
  test.db.lists.push(key, "right", ["1", "2", "3", "4", "5"].map(fromText));
  const expected = ["1", "2", "3", "4", "5"].slice(start, end);
  expect(sort(test, { offset, count })).toEqual(expected);
  expect(sort(test, { offset, count, by: fromText("x") })).toEqual(expected);
});
