import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Bytes, compareBytes } from "../../../src/bytes/bytes.ts";
import { type KeySource, sortRows } from "../../../src/keyspace/rows/row-sort.ts";

/** Each key somewhere inside a buffer of its own, so that starts and ends matter. */
function sourceOf(keys: readonly Bytes[]): KeySource {
  const buffers = keys.map((key, i) =>
    Buffer.concat([new Uint8Array(i % 3).fill(0xff), key, Uint8Array.of(0, 0xff)]),
  );
  return {
    keyBuffer: (row) => buffers[row]!,
    keyStart: (row) => row % 3,
    keyEnd: (row) => (row % 3) + keys[row]!.length,
  };
}

function expectSorted(keys: readonly Bytes[]): void {
  const rows = Uint32Array.from(keys.keys());
  sortRows(sourceOf(keys), rows);
  const expected = [...keys.keys()].sort((a, b) => compareBytes(keys[a]!, keys[b]!));
  expect([...rows]).toEqual(expected);
}

/** Bytes that make collisions, prefixes and extremes likely. */
const unkind = fc
  .uint8Array({ maxLength: 12 })
  .map((bytes) => bytes.map((b) => [0, 1, 254, 255][b & 3]!));

const distinct = (keys: Bytes[]): Bytes[] => [
  ...new Map(keys.map((key) => [Buffer.from(key).toString("hex"), key])).values(),
];

test("rows are sorted as compareBytes says", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(unkind, fc.uint8Array({ maxLength: 20 })), { maxLength: 300 }),
      (keys) => expectSorted(distinct(keys)),
    ),
    { numRuns: 200 },
  );
});

test("rows with a long prefix in common are sorted", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 40 }),
      fc.array(unkind, { maxLength: 100 }),
      (prefix, keys) => expectSorted(distinct(keys).map((key) => Buffer.concat([prefix, key]))),
    ),
  );
});

test("thousands of rows are sorted", () => {
  const keys: Bytes[] = [];
  for (let i = 0; i < 5000; i++) keys.push(Buffer.from(`key:${(i * 7919) % 5000}:${i % 7}`));
  expectSorted(keys);
  expectSorted(keys.slice(0, 1));
  expectSorted([]);
});

test("keys that are all prefixes of each other are sorted, however many", () => {
  const keys: Bytes[] = [];
  for (let i = 0; i < 6000; i++) keys.push(new Uint8Array((i * 2741) % 6000).fill(97));
  expectSorted(keys);
});

test("rows with the same key stay in their order, however many", () => {
  const few = ["b", "a", "b", "", "a", "b", ""].map((text) => Buffer.from(text));
  expectSorted(few);
  const many: Bytes[] = [];
  for (let i = 0; i < 6000; i++) many.push(Buffer.from("key".repeat((i * 7919) % 3)));
  for (let i = 0; i < 6000; i++) many.push(Buffer.from(`key:${i % 100}`));
  expectSorted(many);
});

test("a part of the rows can be sorted alone", () => {
  const keys = ["d", "c", "b", "a"].map((text) => Buffer.from(text));
  const rows = Uint32Array.of(0, 1, 2, 3);
  sortRows(sourceOf(keys), rows, 1, 3);
  expect([...rows]).toEqual([0, 2, 1, 3]);
});
