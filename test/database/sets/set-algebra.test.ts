import { expect, test } from "bun:test";
import fc from "fast-check";
import { EMPTY, mapKey } from "../../../src/bytes/bytes.ts";
import {
  difference,
  intersection,
  type SetSource,
  union,
} from "../../../src/database/sets/set-algebra.ts";
import { TYPE_SET } from "../../../src/keyspace/rows/key-row.ts";
import { KIND_SET } from "../../../src/keyspace/rows/row-key.ts";
import { openLedis, type TestLedis } from "../../support/open-ledis.ts";

function store({ db }: TestLedis, members: Iterable<string>): SetSource {
  const set = db.collections.create(TYPE_SET);
  for (const member of new Set(members)) {
    db.collections.put(KIND_SET, set.id, Buffer.from(member, "latin1"), EMPTY);
    set.size++;
  }
  return set;
}

const texts = (members: Iterable<Uint8Array | null>) =>
  [...members].filter((member) => member !== null).map(mapKey);
const range = (from: number, to: number, step = 1) =>
  Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => `m${10_000 + from + i * step}`);

test("whatever the sets, the results are those of plain sets, in byte order", async () => {
  await using test = await openLedis();
  const member = fc.constantFrom<string[]>("", "\0", "a", "aa", "ab", "b", "\xff", "\xff\xff", "é");
  const members = fc.oneof(
    { weight: 3, arbitrary: fc.uniqueArray(member) },
    { weight: 1, arbitrary: fc.nat(80).map((count) => [...range(0, count), "a", "b"]) },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(members, { minLength: 1, maxLength: 5 }),
      fc.boolean(),
      async (lists, flush) => {
        const sets = lists.map((list) => store(test, list));
        if (flush) await test.ledis.flush();
        const [first = [], ...others] = lists;
        const { collections } = test.db;
        expect(texts(union(collections, sets))).toEqual([...new Set(lists.flat())].sort());
        expect(texts(intersection(collections, sets))).toEqual(
          first.filter((text) => others.every((list) => list.includes(text))).toSorted(),
        );
        expect(texts(difference(collections, sets))).toEqual(
          first.filter((text) => !others.some((list) => list.includes(text))).toSorted(),
        );
      },
    ),
    { numRuns: 60 },
  );
});

test("sets of very different sizes and places meet where they should", async () => {
  await using test = await openLedis();
  const even = store(test, range(0, 4000, 2));
  const third = store(test, range(0, 4000, 3));
  const few = store(test, [...range(100, 110), "zzz"]);
  const behind = store(test, range(3990, 8000));
  const { collections } = test.db;
  for (let round = 0; round < 2; round++) {
    expect(texts(intersection(collections, [even, third]))).toEqual(range(0, 4000, 6));
    expect(texts(intersection(collections, [even, few, third]))).toEqual(["m10102", "m10108"]);
    expect(texts(intersection(collections, [behind, even, third]))).toEqual(
      ["m13990", "m13996"].filter((text) => Number(text.slice(1)) % 6 === 10_000 % 6),
    );
    expect(texts(difference(collections, [few, even, third]))).toEqual(
      ["m10101", "m10103", "m10107", "m10109", "zzz"].filter(
        (text) => (Number(text.slice(1)) - 10_000) % 3 !== 0,
      ),
    );
    expect(texts(union(collections, [even, third, even])).length).toBe(2000 + 1334 - 667);
    await test.ledis.flush();
  }
});

test("a set that is not there is empty, and one that is named twice counts once", async () => {
  await using test = await openLedis();
  const none = { id: 0, size: 0 };
  const some = store(test, ["a", "b"]);
  const { collections } = test.db;
  expect(texts(intersection(collections, [some, none]))).toEqual([]);
  expect(texts(intersection(collections, [some, some]))).toEqual(["a", "b"]);
  expect(texts(intersection(collections, []))).toEqual([]);
  expect(texts(union(collections, [none, some, some, none]))).toEqual(["a", "b"]);
  expect(texts(union(collections, [none]))).toEqual([]);
  expect(texts(difference(collections, [some, none]))).toEqual(["a", "b"]);
  expect(texts(difference(collections, [some, some]))).toEqual([]);
  expect(texts(difference(collections, [none, some]))).toEqual([]);
});
