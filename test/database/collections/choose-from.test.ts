import { expect, test } from "bun:test";
import { fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { chooseFrom } from "../../../src/database/collections/choose-from.ts";

const items = ["a", "b", "c"].map(fromText);

test("different items are chosen, all if there are not more", () => {
  for (const count of [1, 2, 3, 9]) {
    const chosen = chooseFrom(items, { count, repeats: false }).map(mapKey);
    expect(new Set(chosen).size).toBe(Math.min(count, 3));
  }
});

test("with repeats always as many as asked for, unless there is none", () => {
  expect(chooseFrom(items, { count: 9, repeats: true }).length).toBe(9);
  expect(chooseFrom([], { count: 9, repeats: true })).toEqual([]);
  expect(chooseFrom(items, { count: 2, repeats: true }, () => 0.99).map(mapKey)).toEqual([
    "c",
    "c",
  ]);
});
