/** Sorted sets: members with scores, in order of score and then of bytes. Semantics are those of Redis 7. */
import {
  type Bytes,
  compareBytes,
  copyBytes,
  EMPTY,
  equalBytes,
  fromText,
  prefixEnd,
} from "../../bytes/bytes.ts";
import { globPrefix, matchesGlob } from "../../bytes/glob.ts";
import { readSortableDouble } from "../../bytes/sortable-double.ts";
import { CommandError, errors } from "../../errors.ts";
import { TYPE_ZSET } from "../../keyspace/rows/key-row.ts";
import { KIND_ZSET } from "../../keyspace/rows/row-key.ts";
import { atOnce, endsSlice, type Slices } from "../../rdb/in-slices.ts";
import { type Build, type BuildSubject, type Builds, isLong } from "../collections/builds.ts";
import type { CollectionHeader, Collections } from "../collections/collections.ts";
import type { Listing } from "../collections/listing.ts";
import type { ReadingBudget } from "../collections/reading-budget.ts";
import type { KeyTable } from "../key-table/key-table.ts";
import { type Weighting, ZSetAlgebra, type ZSetOperation } from "./zset-algebra.ts";
import type { ZSetRange } from "./zset-bounds.ts";
import { ZSetEntries, type ZSetOrder } from "./zset-entries.ts";
import { behind, entryOf, memberOf, scoreOf } from "./zset-entry.ts";
import {
  type Piece,
  type ScoredMember,
  type ScoredStretch,
  WHOLE,
  ZSetRanges,
} from "./zset-ranges.ts";
import { removalBuild, type ZSetRemoval } from "./zset-removal.ts";
import { ZSetSamples } from "./zset-samples.ts";

/** Up to so many members a page of a scan takes all, in order of score: as Redis does. */
const WHOLE_PAGE_SIZE = 128;

/** A glob that matches everything. */
const ANY = fromText("*");

/** Which members ZADD may touch. */
export interface AddOptions {
  /** NX: only new ones; XX: only those that are there. */
  readonly condition: "NX" | "XX" | null;
  /** Only if the new score is greater, or less, than the present one; new members always. */
  readonly comparison: "GT" | "LT" | null;
  /** The score is added to the present one. */
  readonly increments: boolean;
}

export interface AddOutcome {
  readonly added: number;
  /** Members that were there and have another score now. */
  readonly changed: number;
  /** The score of the last member, as it is now; null when the options forbade to touch it. */
  readonly score: number | null;
}

export interface MemberPage {
  readonly members: ScoredMember[];
  /** The last member that was looked at, copied; null when none is left behind it. */
  readonly last: Bytes | null;
}

/** How a sorted set is stored in slices. */
export interface ZSetBuild extends Build<ZSetSubject> {
  size: number;
}

interface ZSetSubject extends BuildSubject {
  readonly found?: readonly (CollectionHeader | null)[];
  readonly listing?: Listing;
}

export interface RankOutcome {
  /** From 0. */
  readonly rank: number;
  readonly score: number;
}

/**
 * Members that operations answer are views until the turn ends. All throw a CommandError, WRONGTYPE, when the
 * key holds another type.
 */
export class ZSets {
  readonly #keys: KeyTable;
  readonly #collections: Collections;
  readonly #entries: ZSetEntries;
  readonly #ranges: ZSetRanges;
  readonly #samples: ZSetSamples;
  readonly algebra: ZSetAlgebra;

  constructor(keys: KeyTable, collections: Collections, order: ZSetOrder) {
    this.#keys = keys;
    this.#collections = collections;
    this.#entries = new ZSetEntries(collections, order);
    this.#ranges = new ZSetRanges(this.#entries);
    this.#samples = new ZSetSamples(this.#entries);
    this.algebra = new ZSetAlgebra(keys, collections, this.#entries);
  }

  /** The set at `key` for reading; null: no such key. */
  find(key: Bytes): CollectionHeader | null {
    return this.#collections.find(key, TYPE_ZSET);
  }

  /** Number of members; 0: no such key. */
  size(key: Bytes): number {
    return this.find(key)?.size ?? 0;
  }

  /** A member's score; null: no such member, or no such key. */
  score(key: Bytes, member: Bytes): number | null {
    const set = this.find(key);
    return set === null ? null : this.#entries.score(set, member);
  }

  /** The scores of several members, null for those that are not there. */
  scores(key: Bytes, members: readonly Bytes[]): (number | null)[] {
    const set = this.find(key);
    return members.map((member) => (set === null ? null : this.#entries.score(set, member)));
  }

  /**
   * Adds members, or gives them other scores, in order.
   *
   * REQUIRES: with `increments`, one member.
   * @throws {CommandError} an increment of infinity meets a score of minus infinity
   */
  add(key: Bytes, members: readonly ScoredMember[], options: AddOptions): AddOutcome {
    const found = this.#collections.findForWrite(key, TYPE_ZSET);
    if (found === null && options.condition === "XX") return { added: 0, changed: 0, score: null };
    const set = found ?? this.#collections.create(TYPE_ZSET);
    let added = 0;
    let changed = 0;
    let score: number | null = null;
    for (const { member, score: given } of members) {
      const present = set.size === 0 ? null : this.#entries.score(set, member);
      score = newScore(present, given, options);
      if (score === null || score === present) continue;
      if (present === null) {
        this.#entries.insert(set, member, score);
        added++;
      } else {
        this.#entries.move(set, member, present, score);
        changed++;
      }
    }
    if (added + changed > 0) this.#collections.save(key, set);
    return { added, changed, score };
  }

  /** Removes members; answers how many there were. The last one takes the key with it. */
  remove(key: Bytes, members: readonly Bytes[]): number {
    const set = this.#collections.findForWrite(key, TYPE_ZSET);
    if (set === null) return 0;
    let removed = 0;
    for (const member of members) {
      const score = this.#entries.score(set, member);
      if (score === null) continue;
      this.#entries.delete(set, member, score);
      removed++;
    }
    if (removed > 0) this.#collections.save(key, set);
    return removed;
  }

  /** A member's place, from the low end or the high one; null: no such member, or no such key. */
  rank(key: Bytes, member: Bytes, reverse: boolean): RankOutcome | null {
    const set = this.find(key);
    const score = set === null ? null : this.#entries.score(set, member);
    if (set === null || score === null) return null;
    const rank = this.#entries.rank(set, entryOf(score, member));
    return { rank: reverse ? set.size - 1 - rank : rank, score };
  }

  /** How many members a range has. */
  count(key: Bytes, range: ZSetRange): number {
    const set = this.find(key);
    return set === null ? 0 : this.#ranges.count(set, range);
  }

  /** The members of a piece of a range, in order. */
  range(key: Bytes, range: ZSetRange, piece: Piece = WHOLE): ScoredMember[] {
    const set = this.find(key);
    return set === null ? [] : this.#ranges.read(set, range, piece);
  }

  /**
   * As `range`, without views.
   *
   * @throws {BudgetSpentError} they are more than the budget
   */
  stretches(key: Bytes, range: ZSetRange, piece: Piece, budget: ReadingBudget): ScoredStretch[] {
    const set = this.find(key);
    return set === null ? [] : this.#ranges.stretches(set, range, piece, budget);
  }

  /** A piece of a range, for a reading in slices; null: no such key, or it is short. */
  listing(key: Bytes, range: ZSetRange, piece: Piece): Listing | null {
    const set = this.#collections.findForWrite(key, TYPE_ZSET);
    return set && this.#ranges.listing(set, range, piece);
  }

  /** Removes the members of a range; answers how many. */
  removeRange(key: Bytes, range: ZSetRange): number {
    const set = this.#collections.findForWrite(key, TYPE_ZSET);
    if (set === null) return 0;
    return this.#take(key, set, this.#ranges.read(set, range)).length;
  }

  /** Removes up to `count` members with the lowest or highest scores; answers them, those first. */
  pop(key: Bytes, count: number, reverse: boolean): ScoredMember[] {
    const set = this.#collections.findForWrite(key, TYPE_ZSET);
    if (set === null) return [];
    const all = { by: "rank", start: 0, stop: -1 } as const;
    return this.#take(key, set, this.#ranges.read(set, all, { reverse, offset: 0, limit: count }));
  }

  /** `count` different members chosen by chance; all of them if there are not more. */
  random(key: Bytes, count: number): ScoredMember[] {
    const set = this.find(key);
    return set === null || count === 0 ? [] : this.#samples.some(set, count);
  }

  /** `count` members chosen by chance, the same one perhaps several times. */
  randomWithRepeats(key: Bytes, count: number): ScoredMember[] {
    const set = this.find(key);
    return set === null ? [] : this.#samples.withRepeats(set, count);
  }

  /**
   * Stores a set of these members, which are different ones, in place of what the key held; answers its size. Of
   * no members nothing is stored, and the key is gone.
   *
   * @param expireAt ms since 1970, 0 for no TTL
   */
  replace(key: Bytes, members: Iterable<ScoredMember>, expireAt = 0): number {
    return atOnce(this.replacing(key, members, expireAt));
  }

  /** The same with pauses. */
  *replacing(key: Bytes, members: Iterable<ScoredMember>, expireAt: number): Slices<number> {
    const set = this.#collections.create(TYPE_ZSET);
    set.expireAt = expireAt;
    for (const { member, score } of members) {
      this.#entries.insert(set, member, score);
      if (!endsSlice(set.size)) continue;
      this.#collections.save(key, set);
      yield;
    }
    if (set.size > 0) this.#collections.save(key, set);
    else if (this.#keys.findForWrite(key) !== null) this.#collections.remove(key);
    return set.size;
  }

  /** An operation on several sets, stored in slices; its `choose` answers null when that is short. */
  buildCombined(
    operation: ZSetOperation,
    target: Bytes,
    keys: readonly Bytes[],
    weighting: Weighting,
    builds: Builds,
  ): ZSetBuild {
    const { algebra } = this;
    return {
      ...this.#buildAt(target, keys, builds),
      choose() {
        const inputs = algebra.inputs(keys);
        return isLong(inputs.found.filter((source) => source !== null)) ? inputs : null;
      },
      fill({ found }, rows, header) {
        return algebra.fill(operation, found!, weighting, rows, header);
      },
    };
  }

  /** A piece of a range, stored in slices; its `choose` answers null when that is short. */
  buildRange(
    target: Bytes,
    source: Bytes,
    range: ZSetRange,
    piece: Piece,
    builds: Builds,
  ): ZSetBuild {
    const entries = this.#entries;
    return {
      ...this.#buildAt(target, [source], builds),
      choose: () => {
        const listing = this.listing(source, range, piece);
        if (listing === null || !isLong([{ size: listing.count }])) return null;
        const { id, kind } = listing;
        return { ids: [id], sources: [{ id, kinds: [kind] }], listing };
      },
      *fill({ listing }, rows, header) {
        const { kind, id, range, count } = listing!;
        const walk = rows.walk(kind, id, range);
        while (header.size < count && walk.next()) {
          const entry = walk.rest;
          entries.insert(header, memberOf(entry), scoreOf(entry));
          yield;
        }
      },
    };
  }

  /** `removeRange` in slices; its `choose` answers null when that is short, or few of many go. */
  buildRemoval(key: Bytes, range: ZSetRange, builds: Builds): ZSetRemoval {
    const parts = {
      table: this.#keys,
      collections: this.#collections,
      entries: this.#entries,
      ranges: this.#ranges,
    };
    return removalBuild(parts, key, range, builds);
  }

  #buildAt(target: Bytes, keys: readonly Bytes[], builds: Builds) {
    const collections = this.#collections;
    const table = this.#keys;
    return {
      table,
      keys,
      size: 0,
      create: () => collections.create(TYPE_ZSET),
      finish(_: unknown, header: CollectionHeader) {
        builds.put(table, collections, target, header);
        this.size = header.size;
      },
    };
  }

  /** Members in byte order, or all of a small set in order of score. */
  page(
    set: CollectionHeader,
    after: Bytes | null,
    glob: Bytes | null,
    rowsMax: number,
  ): MemberPage {
    const pattern = glob !== null && equalBytes(glob, ANY) ? null : glob;
    if (after === null && set.size <= Math.max(WHOLE_PAGE_SIZE, rowsMax)) {
      const all = this.#ranges.read(set, { by: "rank", start: 0, stop: -1 });
      const members =
        pattern === null ? all : all.filter(({ member }) => matchesGlob(pattern, member));
      return { members, last: null };
    }
    const prefix = pattern === null ? EMPTY : globPrefix(pattern);
    const next = after === null ? EMPTY : behind(after);
    const from = compareBytes(next, prefix) > 0 ? next : prefix;
    const range = { from, to: prefixEnd(prefix), expected: rowsMax + 1 };
    const walk = this.#collections.walk(KIND_ZSET, set.id, range);
    const members: ScoredMember[] = [];
    let last = EMPTY;
    for (let rows = 0; walk.next(); rows++) {
      if (rows === rowsMax) return { members, last: copyBytes(last) };
      last = walk.rest;
      if (pattern !== null && !matchesGlob(pattern, last)) continue;
      members.push({ member: last, score: readSortableDouble(walk.value, 0) });
    }
    return { members, last: null };
  }

  /** Removes members that were just read. */
  #take(key: Bytes, set: CollectionHeader, members: ScoredMember[]): ScoredMember[] {
    if (members.length === 0) return members;
    if (members.length === set.size) {
      this.#collections.remove(key);
      return members;
    }
    for (const { member, score } of members) this.#entries.delete(set, member, score);
    this.#collections.save(key, set);
    return members;
  }
}

/** The score that a member gets; null when the options forbid to touch it. */
function newScore(present: number | null, given: number, options: AddOptions): number | null {
  const { condition, comparison, increments } = options;
  if (present === null) return condition === "XX" ? null : given + 0;
  if (condition === "NX") return null;
  const score = (increments ? present + given : given) + 0;
  if (Number.isNaN(score)) throw new CommandError(errors.scoreNotNumber);
  if (comparison === "GT" && score <= present) return null;
  if (comparison === "LT" && score >= present) return null;
  return score;
}

export type { ScoredMember, Weighting, ZSetOperation };
