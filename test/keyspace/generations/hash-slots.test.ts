import { expect, test } from "bun:test";
import { HashSlots, SLOT_WORDS } from "../../../src/keyspace/generations/hash-slots.ts";
import { MemoryPool } from "../../../src/keyspace/generations/memory-pool.ts";

/** Rows that a search for `hash` meets, in order. */
function search(slots: HashSlots, hash: number): number[] {
  const rows: number[] = [];
  let slot = hash & slots.mask;
  for (; slots.words[slot * SLOT_WORDS] !== 0; slot = (slot + 1) & slots.mask) {
    if (slots.words[slot * SLOT_WORDS + 1] === hash) rows.push(slots.words[slot * SLOT_WORDS]! - 1);
  }
  return rows;
}

test("rows are found by their hashes, those of one hash in order of arrival", () => {
  const slots = new HashSlots(new MemoryPool(1 << 20));
  slots.add(7, 0);
  slots.add(7, 1);
  slots.add(-1, 2);
  slots.add(8, 3);
  expect(search(slots, 7)).toEqual([0, 1]);
  expect(search(slots, -1)).toEqual([2]);
  expect(search(slots, 8)).toEqual([3]);
  expect(search(slots, 9)).toEqual([]);
});

test("the last row can be removed", () => {
  const slots = new HashSlots(new MemoryPool(1 << 20));
  for (let row = 0; row < 3; row++) slots.add(5, row);
  slots.removeLast(5, 2);
  slots.removeLast(5, 1);
  expect(search(slots, 5)).toEqual([0]);
});

test("a table that is half full is tight, and growing empties it", () => {
  const slots = new HashSlots(new MemoryPool(1 << 20));
  const rows = (slots.mask + 1) / 2;
  expect(slots.isTight(rows - 1)).toBe(false);
  expect(slots.isTight(rows)).toBe(true);
  slots.add(5, 0);
  slots.reserve(rows);
  expect(slots.isTight(rows)).toBe(false);
  expect(slots.isTight(rows * 2)).toBe(true);
  expect(search(slots, 5)).toEqual([]);
});

test("a released table is empty, and its memory is used again", () => {
  const pool = new MemoryPool(1 << 20);
  const slots = new HashSlots(pool);
  slots.reserve(50_000);
  const { words } = slots;
  slots.add(5, 0);
  slots.release();
  expect(search(slots, 5)).toEqual([]);
  const others = new HashSlots(pool);
  others.reserve(50_000);
  expect(others.words).toBe(words);
  expect(search(others, 5)).toEqual([]);
});
