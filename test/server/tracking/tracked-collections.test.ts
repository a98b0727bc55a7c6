import { expect, test } from "bun:test";
import { TrackedCollections } from "../../../src/server/tracking/tracked-collections.ts";

test("a collection has the key under which it was read last, until that is taken", () => {
  const collections = new TrackedCollections(() => true);
  collections.note(1, "a");
  collections.note(2, "b");
  collections.note(1, "moved");
  expect([collections.take(1), collections.take(1), collections.take(3)]).toEqual([
    ...["moved", undefined],
    undefined,
  ]);
  collections.clear();
  expect(collections.take(2)).toBeUndefined();
});

test("collections whose keys nobody has read since they changed are forgotten", () => {
  const tracked = new Set<string>();
  const collections = new TrackedCollections((name) => tracked.has(name));
  for (let id = 0; id < 1000; id++) {
    tracked.add(`${id}`);
    collections.note(id, `${id}`);
    if (id >= 10) tracked.delete(`${id - 10}`);
  }
  expect(collections.size).toBeLessThan(50);
  expect(collections.take(999)).toBe("999");
});
