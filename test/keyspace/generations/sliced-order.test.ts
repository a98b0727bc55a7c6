import { expect, test } from "bun:test";
import { mapKey } from "../../../src/bytes/bytes.ts";
import { SlicedOrder } from "../../../src/keyspace/generations/sliced-order.ts";
import { KIND_HASH, KIND_SET, RowKey } from "../../../src/keyspace/rows/row-key.ts";
import { TestGeneration } from "../../support/test-rows.ts";

const element = (rest: string, kind = KIND_HASH, id = 1): RowKey =>
  new RowKey().element(kind, id, Buffer.from(rest));

function generationOf(names: readonly string[]): TestGeneration {
  const rows = new TestGeneration();
  for (const name of names) {
    rows.put(element(name), "");
    rows.put(element(name, KIND_SET), "");
    rows.put(element(name, KIND_HASH, 2), "");
  }
  return rows;
}

/** The order that many interruptions lead to, and how many there were. */
function sorted(rows: TestGeneration): { names: string[]; slices: number } {
  const order = new SlicedOrder(rows.generation, KIND_HASH, 1);
  let slices = 1;
  while (!order.step(() => true)) slices++;
  const names = [...order.rows].map((row) => mapKey(rows.generation.keyOf(row).subarray(7)));
  return { names, slices };
}

test("rows of one collection and kind come in order, however often the sorting stops", () => {
  for (const count of [0, 1, 1024, 1025, 5000]) {
    const names = Array.from({ length: count }, (_, i) => String((i * 7919) % count));
    const { names: found, slices } = sorted(generationOf(names));
    expect(found).toEqual([...names].sort());
    expect(slices).toBeGreaterThan(count / 1024);
  }
});

test("what arrived in order needs little work", () => {
  const names = Array.from({ length: 4096 }, (_, i) => String(i).padStart(5, "0"));
  const { names: found, slices } = sorted(generationOf(names));
  expect(found).toEqual(names);
  expect(slices).toBeLessThan(64);
});

test("a place is found by its key", () => {
  const rows = generationOf(["b", "d"]);
  const order = new SlicedOrder(rows.generation, KIND_HASH, 1);
  expect(order.step(() => false)).toBe(true);
  const places = ["a", "b", "c", "d", "e"].map((name) => order.lowerBound(element(name).view()));
  expect(places).toEqual([0, 0, 1, 1, 2]);
});
