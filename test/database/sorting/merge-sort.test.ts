import { expect, test } from "bun:test";
import { mergeSort } from "../../../src/database/sorting/merge-sort.ts";

interface Item {
  readonly value: number;
  readonly at: number;
}

function run<T>(work: Generator<void, T, void>): { result: T; yields: number } {
  for (let yields = 0; ; yields++) {
    const next = work.next();
    if (next.done) return { result: next.value, yields };
  }
}

const byValue = (a: Item, b: Item) => a.value - b.value;

test.each([0, 1, 255, 256, 257, 1000, 5000])(
  "%d items come in order, equal ones in theirs",
  (n) => {
    const items = Array.from({ length: n }, (_, at) => ({ value: (at * 7919) % 97, at }));
    const expected = items.toSorted(byValue);
    expect(run(mergeSort(items, byValue)).result).toEqual(expected);
  },
);

test("many items are sorted with many interruptions", () => {
  const items = Array.from({ length: 20_000 }, (_, at) => ({ value: -at, at }));
  expect(run(mergeSort(items, byValue)).yields).toBeGreaterThan(100);
});
