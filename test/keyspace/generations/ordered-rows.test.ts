import { expect, test } from "bun:test";
import fc from "fast-check";
import { mapKey } from "../../../src/bytes/bytes.ts";
import type { OrderedRows } from "../../../src/keyspace/generations/ordered-rows.ts";
import { KIND_HASH, KIND_KEY, KIND_SET, RowKey } from "../../../src/keyspace/rows/row-key.ts";
import { TestGeneration } from "../../support/test-rows.ts";

const element = (kind: number, id: number, rest: string): RowKey =>
  new RowKey().element(kind, id, Buffer.from(rest, "latin1"));

function names(rows: TestGeneration, ordered: OrderedRows): string[] {
  return [...ordered.rows].map((row) => mapKey(rows.generation.keyOf(row)));
}

test("rows of one collection and kind, in order, as new ones come", () => {
  const rest = fc.string({ maxLength: 3, unit: fc.constantFrom("\0", "a", "b", "\xff") });
  const batch = fc.array(fc.tuple(fc.constantFrom(KIND_HASH, KIND_SET), fc.nat(1), rest));
  fc.assert(
    fc.property(fc.array(batch, { maxLength: 5 }), (batches) => {
      const rows = new TestGeneration();
      const model = new Set<string>();
      for (const puts of batches) {
        for (const [kind, id, name] of puts) {
          rows.put(element(kind, id, name), "");
          if (kind === KIND_SET && id === 1) model.add(mapKey(element(kind, id, name).view()));
        }
        const ordered = rows.generation.ordered(KIND_SET, 1);
        expect(names(rows, ordered)).toEqual([...model].sort());
      }
    }),
  );
});

test("key rows of one space are found without a chain", () => {
  const rows = new TestGeneration();
  for (const [space, key] of [
    [1, "b"],
    [0, "x"],
    [1, "a"],
  ] as const) {
    rows.put(new RowKey().key(space, Buffer.from(key)), "");
  }
  const ordered = rows.generation.ordered(KIND_KEY, 1);
  expect(names(rows, ordered).map((name) => name.slice(5))).toEqual(["a", "b"]);
});

test("a lower bound is the first row at or behind a key", () => {
  const rows = new TestGeneration();
  for (const name of ["b", "d", "d\0"]) rows.put(element(KIND_HASH, 1, name), "");
  const ordered = rows.generation.ordered(KIND_HASH, 1);
  const bounds = ["", "a", "b", "b\0", "d", "d\0", "d\x01", "e"];
  const found = bounds.map((name) => ordered.lowerBound(element(KIND_HASH, 1, name).view()));
  expect(found).toEqual([0, 0, 0, 1, 1, 2, 3, 3]);
});

test("rows that an undone turn had added are gone from the order", () => {
  const rows = new TestGeneration();
  rows.put(element(KIND_HASH, 1, "a"), "");
  const undo = rows.begin();
  rows.put(element(KIND_HASH, 1, "b"), "");
  expect(rows.generation.ordered(KIND_HASH, 1).rows.length).toBe(2);
  undo();
  rows.begin();
  rows.put(element(KIND_HASH, 1, "c"), "");
  const ordered = rows.generation.ordered(KIND_HASH, 1);
  expect(names(rows, ordered).map((name) => name.slice(7))).toEqual(["a", "c"]);
});
