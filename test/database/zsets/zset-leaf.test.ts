import { expect, test } from "bun:test";
import fc from "fast-check";
import { type Bytes, compareBytes, copyBytes } from "../../../src/bytes/bytes.ts";
import type { Stretch } from "../../../src/bytes/stretch.ts";
import { ZSetLeaf } from "../../../src/database/zsets/zset-leaf.ts";

const contents = (leaf: ZSetLeaf): Bytes[] =>
  Array.from({ length: leaf.count }, (_, rank) => copyBytes(leaf.at(rank)));

const entries = fc.uniqueArray(fc.uint8Array({ maxLength: 12 }), {
  maxLength: 200,
  selector: (entry) => entry.join(),
});

test("a leaf is a sorted array of entries", () => {
  fc.assert(
    fc.property(entries, fc.nat(), (all, seed) => {
      const leaf = new ZSetLeaf(8);
      for (const entry of all) leaf.add(entry);
      const gone = all.filter((_, at) => (at * 7 + seed) % 3 === 0);
      for (const entry of gone) leaf.remove(entry);
      const left = all.filter((entry) => !gone.includes(entry)).sort(compareBytes);
      expect(contents(leaf)).toEqual(left);
      expect(contents(ZSetLeaf.of(left))).toEqual(left);
      for (const entry of all) {
        const before = left.filter((other) => compareBytes(other, entry) < 0).length;
        expect(leaf.rank(entry)).toBe(before);
      }
    }),
  );
});

test("a divided leaf keeps what is before, and gives what is from there on", () => {
  fc.assert(
    fc.property(entries, fc.nat(200), (all, at) => {
      const leaf = new ZSetLeaf(1000);
      for (const entry of all) leaf.add(entry);
      const sorted = all.toSorted(compareBytes);
      const kept = Math.min(at, all.length);
      const tail = leaf.divide(kept);
      expect(contents(leaf)).toEqual(sorted.slice(0, kept));
      expect(contents(tail)).toEqual(sorted.slice(kept));
      const entry = Uint8Array.of(200, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13);
      tail.add(entry);
      leaf.add(entry);
      expect(contents(tail)).toEqual([...sorted.slice(kept), entry].sort(compareBytes));
      expect(contents(leaf)).toEqual([...sorted.slice(0, kept), entry].sort(compareBytes));
      expect(leaf.memoryBytes).toBeGreaterThanOrEqual(1000);
    }),
  );
});

test("a copied piece does not change with the leaf", () => {
  const leaf = new ZSetLeaf(8);
  for (const byte of [1, 2, 3, 4]) leaf.add(Uint8Array.of(byte, byte));
  const copied: Stretch[] = [];
  leaf.copyTo(copied, 1, 3);
  leaf.remove(Uint8Array.of(2, 2));
  expect(copied.map((entry) => entry.copy())).toEqual([Uint8Array.of(2, 2), Uint8Array.of(3, 3)]);
  leaf.copyTo(copied, 0, 0);
  expect(copied).toHaveLength(2);
});
