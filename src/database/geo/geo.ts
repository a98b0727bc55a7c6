/**
 * Searches in sorted sets whose scores are geohashes. They go over the scores of a few cells of the grid, however large
 * the set is.
 */
import { type Bytes, concatBytes } from "../../bytes/bytes.ts";
import { type Position, positionOfScore } from "../../bytes/geohash.ts";
import { readSortableDouble } from "../../bytes/sortable-double.ts";
import type { Stretch } from "../../bytes/stretch.ts";
import { TYPE_ZSET } from "../../keyspace/rows/key-row.ts";
import { KIND_ZSCORE, KIND_ZSET } from "../../keyspace/rows/row-key.ts";
import { type Build, type BuildSubject, type Builds, isLong } from "../collections/builds.ts";
import type { CollectionHeader, Collections } from "../collections/collections.ts";
import type { Elements } from "../collections/elements.ts";
import { BudgetSpentError, FIRST_ROWS, ReadingBudget } from "../collections/reading-budget.ts";
import type { KeyTable } from "../key-table/key-table.ts";
import { SortedMembers, type SortMemory } from "../sorting/sorted-members.ts";
import { type ScoreRange, scoreBounds } from "../zsets/zset-bounds.ts";
import { ZSetEntries, type ZSetOrder } from "../zsets/zset-entries.ts";
import { memberOf, scoreOf, scoreOfStretch } from "../zsets/zset-entry.ts";
import { type Piece, type ScoredMember, ZSetRanges } from "../zsets/zset-ranges.ts";
import { scoresAround } from "./geo-cells.ts";
import { distanceWithin, type GeoShape } from "./geo-shape.ts";

/** Fewer matches than this are not worth dropping those that are too many. */
const TRIMMED_MIN = 1024;

export interface GeoQuery {
  readonly shape: GeoShape;
  /** By distance, nearest or farthest first; null: as they are found. */
  readonly order: "ASC" | "DESC" | null;
  /** How many at most, those that come first in the order; null: all. */
  readonly count: number | null;
  /** With a count: those that are found first instead. */
  readonly isAny: boolean;
}

/** A member in the shape. */
export interface GeoMatch {
  /** Score and member, see zset-entry.ts. A view until the turn ends, or the search goes on. */
  readonly entry: Bytes;
  /** From the centre, in metres. */
  readonly distance: number;
  /** Number of its cell in the order of the search, up to 8. */
  readonly cell: number;
}

export interface GeoLimits {
  /** Members that are looked at. */
  readonly members: number;
  /** Of these, their scores included. */
  readonly bytes: number;
}

/** Members that are read at once. */
const PAGE_MEMBERS = 1000;

const UNLIMITED: GeoLimits = { members: Infinity, bytes: Infinity };

export interface GeoSubject extends BuildSubject {
  readonly set: CollectionHeader;
}

/** How a search is stored in slices. */
export interface GeoBuild extends Build<GeoSubject> {
  size: number;
  /** False: memory did not suffice, and nothing was stored. */
  isWhole: boolean;
}

/** All throw a CommandError, WRONGTYPE, when the key holds no sorted set. */
export class Geo {
  readonly #keys: KeyTable;
  readonly #collections: Collections;
  readonly #entries: ZSetEntries;
  readonly #ranges: ZSetRanges;

  constructor(keys: KeyTable, collections: Collections, order: ZSetOrder) {
    this.#keys = keys;
    this.#collections = collections;
    this.#entries = new ZSetEntries(collections, order);
    this.#ranges = new ZSetRanges(this.#entries);
  }

  /** The set at `key` for reading; null: no such key. */
  find(key: Bytes): CollectionHeader | null {
    return this.#collections.find(key, TYPE_ZSET);
  }

  /** Where a member is; null: no such member. */
  position(set: CollectionHeader, member: Bytes): Position | null {
    const value = this.#collections.get(KIND_ZSET, set.id, member);
    return value === null ? null : positionOfScore(readSortableDouble(value, 0));
  }

  /**
   * The members that a query asks for.
   *
   * @param limits answers null when more than this would have to be looked at
   */
  search(set: CollectionHeader, query: GeoQuery, limits: GeoLimits = UNLIMITED): GeoMatch[] | null {
    const { order, count } = query;
    const matches = this.#search(set, query, limits);
    if (matches === null) return null;
    if (order === "ASC") matches.sort((a, b) => a.distance - b.distance);
    else if (order === "DESC") matches.sort((a, b) => b.distance - a.distance);
    return count === null ? matches : matches.slice(0, count);
  }

  /** The same as they are found. */
  #search(
    set: CollectionHeader,
    { shape, count, isAny }: GeoQuery,
    { members, bytes }: GeoLimits,
  ): GeoMatch[] | null {
    const matches: GeoMatch[] = [];
    const wanted = isAny ? count! : Number.POSITIVE_INFINITY;
    const budget = new ReadingBudget(bytes);
    let left = members;
    let limit = isAny ? FIRST_ROWS : PAGE_MEMBERS;
    for (const [cell, range] of scoresAround(shape).entries()) {
      let offset = 0;
      for (let isWhole = false; !isWhole; limit = Math.min(limit * 2, PAGE_MEMBERS)) {
        const page = this.#page(set, range, { reverse: false, offset, limit }, budget);
        if (page === null) return null;
        for (const entry of page) {
          const distance = distanceWithin(shape, positionOfScore(scoreOfStretch(entry)));
          if (distance === null) continue;
          matches.push({ entry: entry.view(), distance, cell });
          if (matches.length === wanted) return matches;
        }
        left -= page.length;
        if (left < 0) return null;
        offset += page.length;
        isWhole = page.length < limit;
      }
    }
    return matches;
  }

  /** Some entries of a range, in memory of their own; null when they are more than the budget. */
  #page(
    set: CollectionHeader,
    range: ScoreRange,
    piece: Piece,
    budget: ReadingBudget,
  ): Stretch[] | null {
    try {
      return this.#ranges.entries(set, range, piece, budget);
    } catch (error) {
      if (error instanceof BudgetSpentError) return null;
      throw error;
    }
  }

  /** What a search in slices reads; null: no such key. Counts no look-ups. */
  subject(key: Bytes): GeoSubject | null {
    const set = this.#collections.findForWrite(key, TYPE_ZSET);
    if (set === null) return null;
    const { id } = set;
    return { ids: [id], sources: [{ id, kinds: [KIND_ZSCORE] }], set };
  }

  /**
   * A search stored in slices; its `choose` answers null when that is short.
   *
   * @param scoreOf what the members' scores will be
   */
  buildSearch(
    target: Bytes,
    source: Bytes,
    query: GeoQuery,
    scoreOf: (match: GeoMatch) => number,
    { builds, sortMemory }: { readonly builds: Builds; readonly sortMemory: SortMemory },
  ): GeoBuild {
    const table = this.#keys;
    const collections = this.#collections;
    const entries = this.#entries;
    return {
      table,
      keys: [source],
      size: 0,
      isWhole: true,
      choose: () => {
        const subject = this.subject(source);
        const isShort = subject === null || !isLong([{ size: this.#candidates(subject, query) }]);
        return isShort ? null : subject;
      },
      create: () => collections.create(TYPE_ZSET),
      *fill({ set }, rows, header) {
        const found = new SortedMembers(sortMemory);
        try {
          const isChosen = query.count !== null && !query.isAny;
          this.isWhole = !isChosen || (yield* sortMatches(rows, set, query, found));
          if (!this.isWhole) return;
          for (const match of isChosen ? sortedMatches(found) : findMatches(rows, set, query)) {
            if (match !== null) entries.insert(header, memberOf(match.entry), scoreOf(match));
            yield;
          }
        } finally {
          found.release();
        }
      },
      finish(_, header) {
        if (this.isWhole) builds.put(table, collections, target, header);
        this.size = header.size;
      },
    };
  }

  /** How many members a search has to look at, at most. */
  #candidates({ set }: GeoSubject, { shape }: GeoQuery): number {
    return scoresAround(shape).reduce((sum, range) => sum + this.#ranges.count(set, range), 0);
  }
}

/** What is stored of matches. @param unit null: their geohashes are the scores, else distances in this unit */
export function scoreOfMatch(unit: number | null): (match: GeoMatch) => number {
  return ({ entry, distance }) => (unit === null ? scoreOf(entry) : distance / unit);
}

/** The members in the shape as they are found, as many as wanted if any will do, with null for those outside. */
export function* findMatches(
  rows: Elements,
  { id }: CollectionHeader,
  { shape, count, isAny }: GeoQuery,
): Generator<GeoMatch | null, void, void> {
  let left = isAny ? count! : Number.POSITIVE_INFINITY;
  for (const [cell, range] of scoresAround(shape).entries()) {
    const walk = rows.walk(KIND_ZSCORE, id, { ...scoreBounds(range), expected: FIRST_ROWS });
    while (walk.next()) {
      const entry = walk.rest;
      const distance = distanceWithin(shape, positionOfScore(scoreOf(entry)));
      yield distance === null ? null : { entry, distance, cell };
      if (distance !== null && --left === 0) return;
    }
  }
}

/**
 * Puts the members that a query with an order asks for into `found`, which is sorted then; yields wherever it may be
 * interrupted. Keeps at most about twice as many as wanted.
 *
 * @returns false when there is no memory for them
 */
export function* sortMatches(
  rows: Elements,
  set: CollectionHeader,
  query: GeoQuery,
  found: SortedMembers,
): Generator<void, boolean, void> {
  const { order, isAny } = query;
  const count = isAny ? null : query.count;
  const most = count === null ? Number.POSITIVE_INFINITY : Math.max(2 * count, TRIMMED_MIN);
  for (const match of findMatches(rows, set, query)) {
    if (match !== null && !found.add(packed(match, order))) return false;
    if (found.count >= most) yield* found.trim(count!);
    yield;
  }
  yield* count === null ? found.sort() : found.trim(count);
  return true;
}

/** The matches in order. Their entries are views until the next one. */
export function* sortedMatches(found: SortedMembers): Generator<GeoMatch, void, void> {
  for (let rank = 0; rank < found.count; rank++) yield unpacked(found.at(rank));
}

/** Matches at equal distances stay in the order of cells and entries, which is that of the search. */
function packed({ entry, distance, cell }: GeoMatch, order: GeoQuery["order"]): ScoredMember {
  const member = concatBytes(Uint8Array.of(cell), entry);
  return { member, score: order === "DESC" ? -distance : distance };
}

function unpacked({ member, score }: ScoredMember): GeoMatch {
  return { entry: member.subarray(1), distance: Math.abs(score), cell: member[0]! };
}
