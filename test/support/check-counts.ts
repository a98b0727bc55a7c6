/** Whether the count rows of a sorted set are what its entries say they have to be. */
import { expect } from "bun:test";
import { type Bytes, compareBytes, copyBytes } from "../../src/bytes/bytes.ts";
import type { CollectionHeader, Collections } from "../../src/database/collections/collections.ts";
import {
  type CountLimits,
  LEVEL_BLOCK,
  LEVEL_GROUP,
} from "../../src/database/zsets/zset-count-rows.ts";

import { KIND_ZCOUNT, KIND_ZSCORE, readU48 } from "../../src/keyspace/rows/row-key.ts";

export interface CountRow {
  readonly first: Bytes;
  readonly count: number;
}

/** The entries of a set, read from their rows. */
export function entriesOf(collections: Collections, id: number): Bytes[] {
  const walk = collections.walk(KIND_ZSCORE, id);
  const entries: Bytes[] = [];
  while (walk.next()) entries.push(copyBytes(walk.rest));
  return entries;
}

/** The rows of one level. */
export function countRows(collections: Collections, id: number, level: number): CountRow[] {
  const range = { from: Uint8Array.of(level), to: Uint8Array.of(level + 1) };
  const walk = collections.walk(KIND_ZCOUNT, id, range);
  const rows: CountRow[] = [];
  while (walk.next()) {
    rows.push({ first: copyBytes(walk.rest.subarray(1)), count: readU48(walk.value, 0) });
  }
  return rows;
}

export function checkCounts(
  collections: Collections,
  set: CollectionHeader,
  limits: CountLimits,
): void {
  const entries = entriesOf(collections, set.id);
  const blocks = countRows(collections, set.id, LEVEL_BLOCK);
  const groups = countRows(collections, set.id, LEVEL_GROUP);
  expect(entries.length).toBe(set.size);
  if (set.extra.length === 0) {
    expect([...blocks, ...groups]).toEqual([]);
    expect(set.size).toBeLessThanOrEqual(limits.blockEntriesMax);
    return;
  }
  expect(set.size).toBeGreaterThan(limits.blockEntriesMax >>> 1);
  expect(blocks.map((block) => block.count)).toEqual(countsBetween(entries, blocks));
  expect(groups.map((group) => group.count)).toEqual(countsBetween(entries, groups));
  expect(blocks[0]!.first).toEqual(new Uint8Array(0));
  expect(groups[0]!.first).toEqual(new Uint8Array(0));
  for (const [at, block] of blocks.entries()) {
    expect(block.count).toBeLessThanOrEqual(limits.blockEntriesMax);
    const begins = groups.some((group) => compareBytes(group.first, block.first) === 0);
    if (block.count === 0) expect({ at, begins }).toEqual({ at, begins: true });
  }
  for (const [at, group] of groups.entries()) {
    const next = groups[at + 1];
    const own = blocks.filter(
      ({ first }) =>
        compareBytes(first, group.first) >= 0 &&
        (next === undefined || compareBytes(first, next.first) < 0),
    );
    expect(own[0]?.first).toEqual(group.first);
    expect(own.length).toBeLessThanOrEqual(limits.groupBlocksMax);
    if (at > 0) expect(group.count).toBeGreaterThan(0);
  }
}

/** How many entries stand in each row's range. */
function countsBetween(entries: readonly Bytes[], rows: readonly CountRow[]): number[] {
  const counts = rows.map(() => 0);
  let at = -1;
  for (const entry of entries) {
    while (at + 1 < rows.length && compareBytes(rows[at + 1]!.first, entry) <= 0) at++;
    counts[at]!++;
  }
  return counts;
}
