/** The rows of sorted sets as they stand in SQLite: members, their order and their counts, compared and rebuilt. */
import { type Bytes, compareBytes, concatBytes, EMPTY, equalBytes } from "../../bytes/bytes.ts";
import { SORTABLE_DOUBLE_BYTES } from "../../bytes/sortable-double.ts";
import {
  KIND_ZCOUNT,
  KIND_ZSCORE,
  KIND_ZSET,
  readU48,
  writeU48,
} from "../../keyspace/rows/row-key.ts";
import { elementsOf, type StoredRows } from "../../keyspace/sqlite/stored-rows.ts";
import { COUNT_LIMITS, LEVEL_BLOCK, LEVEL_GROUP } from "./zset-count-rows.ts";
import { memberOf } from "./zset-entry.ts";

/** Entries of a block and blocks of a group that are built anew: half of what they may grow to. */
const BLOCK_ENTRIES = COUNT_LIMITS.blockEntriesMax >>> 1;
const GROUP_BLOCKS = COUNT_LIMITS.groupBlocksMax >>> 1;
const COUNT_BYTES = 6;

function scoreOfEntry(entry: Bytes): Bytes {
  return entry.subarray(0, SORTABLE_DOUBLE_BYTES);
}

/** What is wrong; null: nothing. @param size members that there are */
export function checkZSet(
  rows: StoredRows,
  id: number,
  size: number,
  isCounted: boolean,
): string | null {
  const entries = rows.count(KIND_ZSCORE, id)?.count ?? 0;
  if (entries !== size) return `it has ${size} members, and ${entries} entries in order`;
  for (const { rest } of elementsOf(rows, KIND_ZSCORE, id)) {
    const score = rows.get(KIND_ZSET, id, memberOf(rest));
    if (score === null || !equalBytes(score, scoreOfEntry(rest))) {
      return "a member's score is another one than its place in the order";
    }
  }
  if (!isCounted) return rows.count(KIND_ZCOUNT, id) === null ? null : "it has counts but no need";
  return checkCounts(rows, id);
}

/** Compares each block and group with the entries that it counts. */
function checkCounts(rows: StoredRows, id: number): string | null {
  for (const level of [LEVEL_BLOCK, LEVEL_GROUP]) {
    const counted = [...elementsOf(rows, KIND_ZCOUNT, id)].filter(({ rest }) => rest[0] === level);
    const counts = counted.map(() => 0);
    let at = 0;
    if (counted.length === 0 || counted[0]!.rest.length !== 1)
      return "its counts have no beginning";
    for (const { rest } of elementsOf(rows, KIND_ZSCORE, id)) {
      while (
        at + 1 < counted.length &&
        compareBytes(counted[at + 1]!.rest.subarray(1), rest) <= 0
      ) {
        at++;
      }
      counts[at]!++;
    }
    const isRight = counted.every(({ value }, i) => readU48(value, 0) === counts[i]);
    if (!isRight) return "its counts are not those of its entries";
  }
  return null;
}

/**
 * Keeps every member that has a score anywhere, and rebuilds order and counts.
 *
 * @returns true when the set is so large that it has counts
 */
export function mendZSet(rows: StoredRows, id: number): boolean {
  for (const { rest } of elementsOf(rows, KIND_ZSCORE, id)) {
    const member = memberOf(rest);
    const score = rows.get(KIND_ZSET, id, member);
    if (score === null) rows.put(KIND_ZSET, id, member, scoreOfEntry(rest));
    else if (!equalBytes(score, scoreOfEntry(rest))) rows.delete(KIND_ZSCORE, id, rest);
  }
  for (const { rest, value } of elementsOf(rows, KIND_ZSET, id)) {
    if (value.length === SORTABLE_DOUBLE_BYTES) {
      rows.put(KIND_ZSCORE, id, concatBytes(value, rest), EMPTY);
    } else {
      rows.delete(KIND_ZSET, id, rest);
    }
  }
  for (const { rest } of elementsOf(rows, KIND_ZCOUNT, id)) rows.delete(KIND_ZCOUNT, id, rest);
  const size = rows.count(KIND_ZSET, id)?.count ?? 0;
  if (size <= COUNT_LIMITS.blockEntriesMax) return false;
  countAnew(rows, id);
  return true;
}

function countAnew(rows: StoredRows, id: number): void {
  const put = (level: number, first: Bytes, count: number) => {
    const value = new Uint8Array(COUNT_BYTES);
    writeU48(value, 0, count);
    rows.put(KIND_ZCOUNT, id, concatBytes(Uint8Array.of(level), first), value);
  };
  let [block, group] = [EMPTY, EMPTY];
  let [entries, blocks, groupEntries] = [0, 0, 0];
  for (const { rest } of elementsOf(rows, KIND_ZSCORE, id)) {
    if (entries === BLOCK_ENTRIES) {
      put(LEVEL_BLOCK, block, entries);
      blocks++;
      block = rest;
      entries = 0;
      if (blocks === GROUP_BLOCKS) {
        put(LEVEL_GROUP, group, groupEntries);
        group = rest;
        blocks = 0;
        groupEntries = 0;
      }
    }
    entries++;
    groupEntries++;
  }
  put(LEVEL_BLOCK, block, entries);
  put(LEVEL_GROUP, group, groupEntries);
}
