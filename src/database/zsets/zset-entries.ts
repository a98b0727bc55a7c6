/**
 * The rows of a sorted set, kept in step: each member has its score in one row and stands in score order in
 * another, and large sets have counts. Everything here takes a set's header; whoever changes a set saves it.
 */
import { type Bytes, compareBytes, EMPTY } from "../../bytes/bytes.ts";
import {
  readSortableDouble,
  SORTABLE_DOUBLE_BYTES,
  writeSortableDouble,
} from "../../bytes/sortable-double.ts";
import type { Stretch } from "../../bytes/stretch.ts";
import type { Keyspace } from "../../keyspace/keyspace.ts";
import type { RangeWalk } from "../../keyspace/range.ts";
import { KIND_ZSCORE, KIND_ZSET } from "../../keyspace/rows/row-key.ts";
import type { CollectionHeader, Collections, ElementRange } from "../collections/collections.ts";
import { UNLIMITED } from "../collections/reading-budget.ts";
import { COUNT_LIMITS, type CountLimits } from "./zset-count-rows.ts";
import { ZSetCounts } from "./zset-counts.ts";
import { ZSetEnds } from "./zset-ends.ts";
import { behind, entryOf, memberOf, scoreOf } from "./zset-entry.ts";

/** Extra bytes in the header of a set that has counts; others have none. On disk: never change. */
export const COUNTED = Uint8Array.of(1);

/** What is remembered of sorted sets beside their rows: by id, so one for all databases. */
export class ZSetOrder {
  readonly counts: ZSetCounts;
  readonly ends: ZSetEnds;

  constructor(keyspace: Keyspace, limits: CountLimits = COUNT_LIMITS) {
    this.counts = new ZSetCounts(keyspace, limits);
    this.ends = new ZSetEnds(keyspace);
  }

  /** Forgets everything: rows were undone or came from elsewhere. */
  forget(): void {
    this.counts.forget();
    this.ends.forget();
  }
}

/** A walk over entries. Valid until the turn ends. */
export class EntryWalk {
  readonly #walk: RangeWalk | null;
  #onFirst: ((found: Bytes | null) => void) | null;
  /** The entry that the walk stands at, as a view until the turn ends. */
  entry: Bytes = EMPTY;

  /** @param onFirst told what the first step found */
  constructor(walk: RangeWalk | null, onFirst: ((found: Bytes | null) => void) | null = null) {
    this.#walk = walk;
    this.#onFirst = onFirst;
  }

  next(): boolean {
    const more = this.#walk?.next() ?? false;
    if (more) this.entry = this.#walk!.rest;
    this.#onFirst?.(more ? this.entry : null);
    this.#onFirst = null;
    return more;
  }

  /** Passes `count` entries; false when there are fewer. */
  pass(count: number): boolean {
    for (let passed = 0; passed < count; passed++) if (!this.next()) return false;
    return true;
  }

  get member(): Bytes {
    return memberOf(this.entry);
  }

  get score(): number {
    return scoreOf(this.entry);
  }
}

export class ZSetEntries {
  readonly #collections: Collections;
  readonly #order: ZSetOrder;
  readonly #score = new Uint8Array(SORTABLE_DOUBLE_BYTES);

  constructor(collections: Collections, order: ZSetOrder) {
    this.#collections = collections;
    this.#order = order;
  }

  /** The member's score; null: no such member. */
  score(set: CollectionHeader, member: Bytes): number | null {
    const value = this.#collections.get(KIND_ZSET, set.id, member);
    return value === null ? null : readSortableDouble(value, 0);
  }

  /** Adds a member. REQUIRES: the set has it not. */
  insert(set: CollectionHeader, member: Bytes, score: number): void {
    const { counts, ends } = this.#order;
    const entry = entryOf(score, member);
    this.#putScore(set.id, member, score);
    this.#collections.put(KIND_ZSCORE, set.id, entry, EMPTY);
    ends.added(set.id, entry);
    set.size++;
    if (isCounted(set)) {
      counts.added(set.id, entry);
    } else if (set.size > counts.limits.blockEntriesMax) {
      counts.start(set.id, entry);
      set.extra = COUNTED;
    }
  }

  /** Gives a member another score. @param from the one it has; both are compared as doubles */
  move(set: CollectionHeader, member: Bytes, from: number, to: number): void {
    const { counts, ends } = this.#order;
    const before = entryOf(from, member);
    const entry = entryOf(to, member);
    this.#putScore(set.id, member, to);
    this.#collections.delete(KIND_ZSCORE, set.id, before);
    this.#collections.put(KIND_ZSCORE, set.id, entry, EMPTY);
    ends.added(set.id, entry);
    if (isCounted(set)) counts.moved(set.id, before, entry);
  }

  /** Removes a member. REQUIRES: the set has it, with this score. */
  delete(set: CollectionHeader, member: Bytes, score: number): void {
    const { counts, ends } = this.#order;
    const entry = entryOf(score, member);
    this.#collections.delete(KIND_ZSET, set.id, member);
    this.#collections.delete(KIND_ZSCORE, set.id, entry);
    set.size--;
    if (!isCounted(set)) return;
    counts.removed(set.id, entry);
    // Half of what starts the counting, so that a set at the limit does not start and stop all the time.
    if (set.size > counts.limits.blockEntriesMax >>> 1) return;
    // From here on reads are walks, which must not have to find out what the counts know.
    const left = counts.slice(set.id, 0, set.size);
    const known = ends.of(set.id);
    known.low = left[0]?.copy() ?? EMPTY;
    known.high = left.length > 0 ? behind(left.at(-1)!.view()) : null;
    counts.stop(set.id);
    set.extra = EMPTY;
  }

  /** Walks entries of [from, to) in order, or against it. */
  walk(set: CollectionHeader, range: ElementRange = {}): EntryWalk {
    const ends = this.#order.ends.of(set.id);
    const { from = EMPTY, to = null, reverse = false, expected = 16 } = range;
    const atLow = compareBytes(from, ends.low) <= 0;
    const atHigh = to === null || (ends.high !== null && compareBytes(to, ends.high) >= 0);
    const start = atLow ? ends.low : from;
    const end = atHigh ? ends.high : to;
    if (end !== null && compareBytes(start, end) >= 0) return new EntryWalk(null);
    const walk = this.#collections.walk(KIND_ZSCORE, set.id, {
      from: start,
      to: end,
      reverse,
      expected,
    });
    if (!reverse && atLow) {
      return new EntryWalk(walk, (found) => {
        const low = found ?? end;
        if (low !== null) ends.low = new Uint8Array(low);
      });
    }
    if (reverse && atHigh) {
      return new EntryWalk(walk, (found) => {
        ends.high = found === null ? start : behind(found);
      });
    }
    return new EntryWalk(walk);
  }

  /**
   * A walk whose first step finds the entry of rank `rank`.
   *
   * @param rank from 0, the lowest, to size - 1
   * @param expected how many entries the caller is likely to take
   */
  walkFrom(set: CollectionHeader, rank: number, reverse: boolean, expected: number): EntryWalk {
    if (!isCounted(set)) {
      const walk = this.walk(set, { reverse, expected: set.size });
      walk.pass(reverse ? set.size - 1 - rank : rank);
      return walk;
    }
    return this.walk(set, { ...this.rangeFrom(set, rank, reverse), expected });
  }

  /** The entries from rank `rank` on, upwards or in reverse. REQUIRES: the set has counts. */
  rangeFrom(set: CollectionHeader, rank: number, reverse: boolean): ElementRange {
    const entry = this.#order.counts.slice(set.id, rank, 1)[0]!.view();
    return reverse ? { to: behind(entry), reverse } : { from: entry };
  }

  /** The entries of ranks [first, first + count), in bytes of their own. REQUIRES: the set is counted. */
  slice(set: CollectionHeader, first: number, count: number, budget = UNLIMITED): Stretch[] {
    return this.#order.counts.slice(set.id, first, count, budget);
  }

  /** How many entries are before `entry`, which need not be one; null: behind all of them. */
  rank(set: CollectionHeader, entry: Bytes | null): number {
    if (entry === null) return set.size;
    if (isCounted(set)) return this.#order.counts.rank(set.id, entry);
    const walk = this.walk(set, { to: entry, expected: set.size });
    let count = 0;
    while (walk.next()) count++;
    return count;
  }

  /** Whether ranks come from counts; otherwise from a walk over few entries. */
  isCounted(set: CollectionHeader): boolean {
    return isCounted(set);
  }

  #putScore(id: number, member: Bytes, score: number): void {
    writeSortableDouble(this.#score, 0, score);
    this.#collections.put(KIND_ZSET, id, member, this.#score);
  }
}

function isCounted(set: CollectionHeader): boolean {
  return set.extra.length > 0;
}
