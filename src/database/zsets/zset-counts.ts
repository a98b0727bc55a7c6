/**
 * How many entries a sorted set has before any place, without walking there. The entries of a large set are
 * divided into blocks, and blocks into groups; each has a row that holds its count.
 *
 * A block reaches from its `first`, which need not be an entry, to the next block's, the last one to the end; a
 * group from its first block's `first` to the next group's. The first of all is empty bytes, so that every entry
 * there may be lies in one block. A block that grows too large is divided in the middle, or, when it is the last
 * one and grew at its end, so that this entry begins a new one; a group likewise. A block or group without
 * entries is removed, and the one before it reaches over its place, unless it is the first: of a group's blocks,
 * of all groups.
 *
 * Groups, the blocks of groups in use and the entries of blocks in use are remembered; the rows are what counts,
 * and are written at once.
 */

import { type Bytes, EMPTY } from "../../bytes/bytes.ts";
import type { Stretch } from "../../bytes/stretch.ts";
import type { Keyspace } from "../../keyspace/keyspace.ts";
import { type ReadingBudget, UNLIMITED } from "../collections/reading-budget.ts";
import {
  type Block,
  bytesOf,
  COUNT_LIMITS,
  type Counted,
  type CountLimits,
  counted,
  type Directory,
  firstOf,
  type Group,
  LEVEL_BLOCK,
  LEVEL_GROUP,
  lastUpTo,
  OVERHEAD_BYTES,
  separator,
  ZSetCountRows,
} from "./zset-count-rows.ts";
import type { ZSetLeaf } from "./zset-leaf.ts";

export class ZSetCounts {
  readonly limits: CountLimits;
  readonly #rows: ZSetCountRows;
  readonly #directories = new Map<number, Directory>();
  /** The directory that was used last. */
  #current: Directory | null = null;
  /** Memory of blocks and groups. */
  #bytes = 0;
  /** Blocks whose entries are remembered, the oldest first. */
  #leaves = new Set<Block>();
  #leafBytes = 0;

  constructor(keyspace: Keyspace, limits: CountLimits = COUNT_LIMITS) {
    this.#rows = new ZSetCountRows(keyspace);
    this.limits = limits;
    keyspace.onUndo(() => this.forget());
  }

  /**
   * Starts to count a set that has one entry more than a block may have, all of them stored.
   *
   * @param entry the one that was stored last
   */
  start(id: number, entry: Bytes): void {
    const count = this.limits.blockEntriesMax + 1;
    const block: Block = { ...counted(LEVEL_BLOCK, EMPTY, count), leaf: null };
    const group: Group = { ...counted(LEVEL_GROUP, EMPTY, count), blocks: [block] };
    this.#rows.put(id, group);
    this.#divideBlock(this.#remember({ id, groups: [group] }), group, block, entry);
  }

  /** Stops counting: removes the set's count rows. */
  stop(id: number): void {
    const directory = this.#open(id);
    for (const group of directory.groups) {
      for (const block of this.#blocksOf(directory, group)) this.#rows.delete(id, block);
      this.#rows.delete(id, group);
    }
    this.#directories.delete(id);
    this.#current = null;
    this.#bytes -= bytesOf(directory);
  }

  /** Counts an entry that has been stored. */
  added(id: number, entry: Bytes): void {
    const directory = this.#open(id);
    const { group, block } = this.#find(directory, entry);
    this.#change(id, group, 1);
    block.count++;
    this.#addToLeaf(block, entry);
    if (block.count > this.limits.blockEntriesMax) {
      this.#divideBlock(directory, group, block, entry);
    } else {
      this.#rows.put(id, block);
    }
  }

  /** Counts an entry no more that has been removed. */
  removed(id: number, entry: Bytes): void {
    const directory = this.#open(id);
    const { group, block } = this.#find(directory, entry);
    const blocks = group.blocks!;
    this.#change(id, group, -1);
    block.leaf?.remove(entry);
    if (block.count === 1 && block !== blocks[0]) this.#remove(id, blocks, block);
    else this.#change(id, block, -1);
    if (group.count === 0 && group !== directory.groups[0]) {
      this.#remove(id, blocks, blocks[0]!);
      this.#remove(id, directory.groups, group);
    }
  }

  /** Counts an entry that was stored in place of one that was removed. */
  moved(id: number, from: Bytes, to: Bytes): void {
    const directory = this.#open(id);
    const { block } = this.#find(directory, from);
    if (block !== this.#find(directory, to).block) {
      this.removed(id, from);
      this.added(id, to);
      return;
    }
    block.leaf?.remove(from);
    this.#addToLeaf(block, to);
  }

  /** How many entries are before this one, which need not be one of the set. */
  rank(id: number, entry: Bytes): number {
    const directory = this.#open(id);
    const { group, block } = this.#find(directory, entry);
    let rank = this.#leafOf(id, block).rank(entry);
    for (const other of directory.groups) {
      if (other === group) break;
      rank += other.count;
    }
    for (const other of group.blocks!) {
      if (other === block) break;
      rank += other.count;
    }
    return rank;
  }

  /**
   * The entries of ranks [rank, rank + count), in bytes of their own. REQUIRES: the set has them all.
   *
   * @throws {BudgetSpentError} they are more than the budget
   */
  slice(id: number, rank: number, count: number, budget: ReadingBudget = UNLIMITED): Stretch[] {
    const directory = this.#open(id);
    const entries: Stretch[] = [];
    let left = rank;
    for (const group of directory.groups) {
      if (left >= group.count) {
        left -= group.count;
        continue;
      }
      for (const block of this.#blocksOf(directory, group)) {
        if (left >= block.count) {
          left -= block.count;
          continue;
        }
        if (block.leaf === null && block.wasRead !== true && entries.length === 0) {
          block.wasRead = true;
          const stored = this.#rows.storedEntries(id, block, left, count);
          if (stored !== null) return spent(budget, stored);
        }
        const end = Math.min(block.count, left + count - entries.length);
        const known = entries.length;
        this.#leafOf(id, block).copyTo(entries, left, end);
        spent(budget, entries.slice(known));
        if (entries.length === count) return entries;
        left = 0;
      }
    }
    throw new Error(`the counts of sorted set ${id} end before rank ${rank + count}`);
  }

  /** Forgets everything that is remembered: rows were undone or came from elsewhere. */
  forget(): void {
    this.#directories.clear();
    this.#current = null;
    this.#bytes = 0;
    this.#forgetLeaves(this.#leaves.size);
    this.#leafBytes = 0;
  }

  #find(directory: Directory, entry: Bytes): { group: Group; block: Block } {
    const group = lastUpTo(directory.groups, entry);
    return { group, block: lastUpTo(this.#blocksOf(directory, group), entry) };
  }

  /** Writes both halves of a block. @param entry the one that made it too large */
  #divideBlock(directory: Directory, group: Group, block: Block, entry: Bytes): void {
    const { id, groups } = directory;
    const blocks = group.blocks!;
    const at = blocks.indexOf(block);
    const leaf = this.#leafOf(id, block);
    const isLast = group === groups.at(-1) && at === blocks.length - 1;
    const atEnd = isLast && leaf.rank(entry) === block.count - 1;
    const kept = atEnd ? block.count - 1 : block.count >>> 1;
    const first = atEnd ? entry : separator(leaf.at(kept - 1), leaf.at(kept));
    const tail: Block = { ...counted(LEVEL_BLOCK, first, block.count - kept), leaf: null };
    this.#rememberLeaf(tail, leaf.divide(kept));
    this.#bytes += OVERHEAD_BYTES + first.length;
    blocks.splice(at + 1, 0, tail);
    block.count = kept;
    this.#rows.put(id, block);
    this.#rows.put(id, tail);
    if (blocks.length > this.limits.groupBlocksMax) this.#divideGroup(directory, group, atEnd);
    this.#shrink(directory, group);
  }

  #divideGroup(directory: Directory, group: Group, atEnd: boolean): void {
    const blocks = group.blocks!;
    const tail = blocks.splice(atEnd ? blocks.length - 1 : blocks.length >>> 1);
    const count = tail.reduce((sum, block) => sum + block.count, 0);
    const first = firstOf(tail[0]!);
    const added: Group = { ...counted(LEVEL_GROUP, first, count), blocks: tail };
    this.#bytes += OVERHEAD_BYTES + first.length;
    directory.groups.splice(directory.groups.indexOf(group) + 1, 0, added);
    this.#rows.put(directory.id, added);
    this.#change(directory.id, group, -count);
  }

  #open(id: number): Directory {
    if (this.#current?.id === id) return this.#current;
    const known = this.#directories.get(id);
    if (known !== undefined) {
      this.#current = known;
      return known;
    }
    const groups = this.#rows.groups(id);
    if (groups.length === 0) throw new Error(`sorted set ${id} has no counts`);
    return this.#remember({ id, groups });
  }

  #blocksOf(directory: Directory, group: Group): Block[] {
    if (group.blocks !== null) return group.blocks;
    const { id, groups } = directory;
    const next = groups[groups.indexOf(group) + 1];
    const blocks = this.#rows.blocks(id, group, next, this.limits.groupBlocksMax);
    group.blocks = blocks;
    for (const { row } of blocks) this.#bytes += OVERHEAD_BYTES + row.length;
    this.#shrink(directory, group);
    return blocks;
  }

  #leafOf(id: number, block: Block): ZSetLeaf {
    return block.leaf ?? this.#rememberLeaf(block, this.#rows.leaf(id, block));
  }

  #remember(directory: Directory): Directory {
    this.#directories.set(directory.id, directory);
    this.#current = directory;
    this.#bytes += bytesOf(directory);
    return directory;
  }

  #rememberLeaf(block: Block, leaf: ZSetLeaf): ZSetLeaf {
    if (this.#leafBytes > this.limits.leafBytesMax) this.#forgetLeaves(this.#leaves.size >>> 1);
    this.#leafBytes += leaf.memoryBytes;
    this.#leaves.add(block);
    block.leaf = leaf;
    return leaf;
  }

  #addToLeaf({ leaf }: Block, entry: Bytes): void {
    if (leaf === null) return;
    const before = leaf.memoryBytes;
    leaf.add(entry);
    this.#leafBytes += leaf.memoryBytes - before;
  }

  /** Forgets the entries of this many blocks. */
  #forgetLeaves(count: number): void {
    let left = count;
    for (const block of this.#leaves) {
      if (left-- === 0) return;
      this.#leafBytes -= block.leaf!.memoryBytes;
      block.leaf = null;
      this.#leaves.delete(block);
    }
  }

  /** Forgets, if it is too much, all but the groups of the set in use and the blocks of its group in use. */
  #shrink(inUse: Directory, group: Group): void {
    if (this.#bytes <= this.limits.bytesMax) return;
    this.forget();
    for (const other of inUse.groups) if (other !== group) other.blocks = null;
    this.#remember(inUse);
  }

  #change(id: number, item: Counted, by: number): void {
    item.count += by;
    this.#rows.put(id, item);
  }

  #remove<T extends Counted>(id: number, items: T[], item: T): void {
    items.splice(items.indexOf(item), 1);
    this.#rows.delete(id, item);
    this.#bytes -= OVERHEAD_BYTES + item.row.length;
  }
}

/** The entries, when the budget has paid for them. @throws {BudgetSpentError} it cannot */
function spent(budget: ReadingBudget, entries: Stretch[]): Stretch[] {
  for (const { length } of entries) budget.spend(length);
  return entries;
}
