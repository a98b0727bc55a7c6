/**
 * The rows that hold a sorted set's counts, and what is remembered of them: see zset-counts.ts for what a block
 * and a group are.
 *
 *     KIND_ZCOUNT · id · level · first  ->  count u48      level 1: a block, level 2: a group
 */
import { type Bytes, compareRange, concatBytes, copyBytes } from "../../bytes/bytes.ts";
import { Stretch } from "../../bytes/stretch.ts";
import type { Keyspace } from "../../keyspace/keyspace.ts";
import type { RangeWalk } from "../../keyspace/range.ts";
import {
  KIND_ZCOUNT,
  KIND_ZSCORE,
  RowKey,
  readU48,
  writeU48,
} from "../../keyspace/rows/row-key.ts";
import { ZSetLeaf } from "./zset-leaf.ts";

/** On disk: never renumber. */
export const LEVEL_BLOCK = 1;
export const LEVEL_GROUP = 2;

/** What an object and its place in an array take, besides its bytes. */
export const OVERHEAD_BYTES = 120;

const COUNT_BYTES = 6;

export interface CountLimits {
  /** Entries of a block: so many are read to find a rank among entries that nobody remembers. */
  readonly blockEntriesMax: number;
  /** Blocks of a group: so many rows are read before the first change of a set that nobody remembers. */
  readonly groupBlocksMax: number;
  /** Memory for blocks and groups, in bytes, roughly. */
  readonly bytesMax: number;
  /** Memory for the entries of blocks in use, in bytes, roughly. */
  readonly leafBytesMax: number;
}

export const COUNT_LIMITS: CountLimits = {
  blockEntriesMax: 128,
  groupBlocksMax: 256,
  bytesMax: 16 << 20,
  leafBytesMax: 32 << 20,
};

/** A block or a group. */
export interface Counted {
  /** The rest of its row's key: the level, then its first. */
  readonly row: Bytes;
  count: number;
}

export interface Block extends Counted {
  /** Its entries; null: not read, or forgotten. */
  leaf: ZSetLeaf | null;
  /** A range that begins in it was read: the next one is worth having its entries in memory. */
  wasRead?: boolean;
}

export interface Group extends Counted {
  /** null: not read, or forgotten. */
  blocks: Block[] | null;
}

/** What is known of one set's counts. */
export interface Directory {
  readonly id: number;
  /** All of them, in order. */
  readonly groups: Group[];
}

/** Where a block or a group begins, as a view. */
export function firstOf({ row }: Counted): Bytes {
  return row.subarray(1);
}

export function counted(level: number, first: Bytes, count: number): Counted {
  return { row: concatBytes(Uint8Array.of(level), first), count };
}

/** The last of `items` whose first is not behind `entry`. REQUIRES: the first item's is not. */
export function lastUpTo<T extends Counted>(items: readonly T[], entry: Bytes): T {
  let low = 0;
  let high = items.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    const { row } = items[middle]!;
    if (compareRange(row, 1, row.length, entry, 0, entry.length) <= 0) low = middle;
    else high = middle;
  }
  return items[low]!;
}

/** The shortest bytes that divide two neighbours: behind the one, not behind the other. */
export function separator(left: Bytes, right: Bytes): Bytes {
  let common = 0;
  while (common < left.length && left[common] === right[common]) common++;
  return right.subarray(0, common + 1);
}

/** Memory that a directory takes, in bytes, roughly; without the entries. */
export function bytesOf({ groups }: Directory): number {
  let bytes = 0;
  for (const group of groups) {
    bytes += OVERHEAD_BYTES + group.row.length;
    for (const { row } of group.blocks ?? []) bytes += OVERHEAD_BYTES + row.length;
  }
  return bytes;
}

export class ZSetCountRows {
  readonly #keyspace: Keyspace;
  readonly #key = new RowKey();

  constructor(keyspace: Keyspace) {
    this.#keyspace = keyspace;
  }

  put(id: number, { row, count }: Counted): void {
    const value = this.#keyspace.put(this.#key.element(KIND_ZCOUNT, id, row), COUNT_BYTES);
    writeU48(value.buffer, value.start, count);
  }

  delete(id: number, { row }: Counted): void {
    this.#keyspace.delete(this.#key.element(KIND_ZCOUNT, id, row));
  }

  /** All groups of a set. */
  groups(id: number): Group[] {
    const walk = this.#walk(KIND_ZCOUNT, id, Uint8Array.of(LEVEL_GROUP), null, 64);
    const groups: Group[] = [];
    while (walk.next()) groups.push({ ...read(walk), blocks: null });
    return groups;
  }

  /** The blocks of a group. @param next the group behind it; undefined: there is none */
  blocks(id: number, group: Counted, next: Counted | undefined, expected: number): Block[] {
    const from = counted(LEVEL_BLOCK, firstOf(group), 0).row;
    const to =
      next === undefined ? Uint8Array.of(LEVEL_GROUP) : counted(LEVEL_BLOCK, firstOf(next), 0).row;
    const walk = this.#walk(KIND_ZCOUNT, id, from, to, expected);
    const blocks: Block[] = [];
    while (walk.next()) blocks.push({ ...read(walk), leaf: null });
    return blocks;
  }

  /** The entries of a block. */
  leaf(id: number, block: Counted): ZSetLeaf {
    const { count } = block;
    return ZSetLeaf.of(entriesOf(this.#walk(KIND_ZSCORE, id, firstOf(block), null, count), count));
  }

  /**
   * `count` entries, those of a block and what follows, without the first `skip` of them, in bytes of their own; null
   * while rows of the set are in memory alone: then a leaf, which is kept up to date, is cheaper than to merge them
   * each time.
   */
  storedEntries(id: number, block: Counted, skip: number, count: number): Stretch[] | null {
    if (this.#keyspace.holdsRowsOf(id)) return null;
    const start = copyBytes(this.#key.element(KIND_ZSCORE, id, firstOf(block)).view());
    const walk = this.#keyspace.range(start, null, false, count, skip);
    const entries = entriesOf(walk, count);
    if (entries.length < count) throw new Error(`sorted set ${id} has less than its counts say`);
    return entries.map((entry) => new Stretch(entry, 0, entry.length));
  }

  #walk(kind: number, id: number, from: Bytes, to: Bytes | null, expected: number): RangeWalk {
    const start = copyBytes(this.#key.element(kind, id, from).view());
    const end = to === null ? null : copyBytes(this.#key.element(kind, id, to).view());
    return this.#keyspace.range(start, end, false, expected);
  }
}

function entriesOf(walk: RangeWalk, count: number): Bytes[] {
  const entries: Bytes[] = [];
  while (entries.length < count && walk.next()) entries.push(walk.rest);
  return entries;
}

function read(walk: RangeWalk): Counted {
  return { row: copyBytes(walk.rest), count: readU48(walk.value, 0) };
}
