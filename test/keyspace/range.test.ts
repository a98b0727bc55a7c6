import { expect, test } from "bun:test";
import fc from "fast-check";
import { copyBytes, fromMapKey, mapKey } from "../../src/bytes/bytes.ts";
import { RangeWalk } from "../../src/keyspace/range.ts";
import { KIND_HASH, KIND_SET, RowKey } from "../../src/keyspace/rows/row-key.ts";
import { StoreReader } from "../../src/keyspace/sqlite/store-reader.ts";
import { TestGeneration } from "../support/test-rows.ts";
import { TestSqlite } from "../support/test-sqlite.ts";

const key = (rest: string, kind = KIND_HASH, id = 5): RowKey =>
  new RowKey().element(kind, id, fromMapKey(rest));

function walk(
  layers: readonly TestGeneration[],
  reader: StoreReader,
  from: string,
  to: string | null,
  reverse: boolean,
  skip = 0,
): string[] {
  const bounds = {
    from: copyBytes(key(from).view()),
    to: to === null ? null : copyBytes(key(to).view()),
    reverse,
    skip,
  };
  const rows = new RangeWalk(
    layers.map(({ generation }) => generation),
    reader,
    bounds,
    1,
  );
  const found: string[] = [];
  while (rows.next()) found.push(`${mapKey(rows.key.subarray(7))}=${mapKey(rows.value)}`);
  expect(rows.next()).toBe(false);
  return found;
}

const rest = fc
  .array(fc.constantFrom("\0", "a", "b", "\xff"), { maxLength: 3 })
  .map((parts) => parts.join(""));
/** Writes of one layer: a value, or null to delete. */
const layer = fc.array(fc.tuple(rest, fc.option(fc.constantFrom("1", "22"), { nil: null })), {
  maxLength: 12,
});

test("a walk shows the newest of each row, from all layers, in order, either way", () => {
  fc.assert(
    fc.property(
      fc.array(layer, { minLength: 1, maxLength: 4 }),
      rest,
      fc.option(rest, { nil: null }),
      fc.boolean(),
      fc.nat(4),
      (layers, from, to, reverse, skip) => {
        using sqlite = new TestSqlite();
        const model = new Map<string, string>();
        const generations = layers.map((writes) => {
          const rows = new TestGeneration();
          for (const [name, value] of writes) {
            if (value === null) rows.delete(key(name));
            else rows.put(key(name), value);
            if (value === null) model.delete(name);
            else model.set(name, value);
          }
          // Neighbours that do not belong to the walk.
          rows.put(key("a", KIND_SET), "x");
          rows.put(key("a", KIND_HASH, 4), "x");
          rows.put(key("a", KIND_HASH, 6), "x");
          return rows;
        });
        sqlite.apply(generations[0]!.generation);
        const reader = new StoreReader(sqlite.options);
        const expected = [...model]
          .filter(([name]) => name >= from && (to === null || name < to))
          .sort(([a], [b]) => (a < b ? -1 : 1) * (reverse ? -1 : 1))
          .map(([name, value]) => `${name}=${value}`);
        const newest = generations.slice(1).reverse();
        expect(walk(newest, reader, from, to, reverse)).toEqual(expected);
        expect(walk(newest, reader, from, to, reverse, skip)).toEqual(expected.slice(skip));
        reader.close();
      },
    ),
    { numRuns: 40 },
  );
});

test("a walk over thousands of flushed rows goes on page after page", () => {
  using sqlite = new TestSqlite();
  const names = Array.from({ length: 3000 }, (_, i) => `${i}`.padStart(5, "0"));
  const rows = new TestGeneration();
  for (const name of names) rows.put(key(name), "v");
  sqlite.apply(rows.generation);
  const newer = new TestGeneration();
  for (const name of names.filter((_, i) => i % 3 === 0)) newer.delete(key(name));
  const reader = new StoreReader(sqlite.options);
  const expected = names.filter((_, i) => i % 3 !== 0).map((name) => `${name}=v`);
  expect(walk([newer], reader, "", null, false)).toEqual(expected);
  expect(walk([newer], reader, "", null, true)).toEqual(expected.toReversed());
  expect(walk([newer], reader, "", null, false, 1500)).toEqual(expected.slice(1500));
  const stored = names.map((name) => `${name}=v`);
  expect(walk([], reader, "", null, false, 1500)).toEqual(stored.slice(1500));
  expect(walk([], reader, "", null, true, 2999)).toEqual(stored.slice(0, 1));
  expect(walk([], reader, "", null, true, 3000)).toEqual([]);
  reader.close();
});
