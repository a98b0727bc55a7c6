/** Reads ranges of one sorted set, by rank, score or member: a piece of them, their size. */
import type { Bytes } from "../../bytes/bytes.ts";
import { Stretch } from "../../bytes/stretch.ts";
import { KIND_ZSCORE } from "../../keyspace/rows/row-key.ts";
import type { CollectionHeader, ElementRange } from "../collections/collections.ts";
import type { Listing } from "../collections/listing.ts";
import { type ReadingBudget, UNLIMITED } from "../collections/reading-budget.ts";
import {
  type EntryBounds,
  isEmptyLexRange,
  isFromMin,
  isUpToMax,
  type LexRange,
  lexBounds,
  type RankRange,
  scoreBounds,
  type ZSetRange,
} from "./zset-bounds.ts";
import type { EntryWalk, ZSetEntries } from "./zset-entries.ts";
import { memberStretch, scoreOfStretch } from "./zset-entry.ts";

/** A member with its score. The member may be a view until the turn ends. */
export interface ScoredMember {
  readonly member: Bytes;
  readonly score: number;
}

/** The same without a view, which costs more than all the rest. */
export interface ScoredStretch {
  readonly member: Stretch;
  readonly score: number;
}

/** What of a range is wanted. */
export interface Piece {
  /** From the range's high end downwards. */
  readonly reverse: boolean;
  /** How many of the range's first are left out; negative: nothing is wanted. */
  readonly offset: number;
  /** How many at most; negative: all. */
  readonly limit: number;
}

export const WHOLE: Piece = { reverse: false, offset: 0, limit: -1 };

/** So many members of a counted set come from remembered blocks; more come from a walk, which remembers nothing. */
const SLICE_MAX = 1024;
/** Up to this size, members of different scores have a range by member as Redis's small sets have it. */
const MIXED_SIZE_MAX = 128;

/** Ranks [first, first + count), from the low end. */
interface RankSpan {
  readonly first: number;
  readonly count: number;
}

export class ZSetRanges {
  readonly #entries: ZSetEntries;

  constructor(entries: ZSetEntries) {
    this.#entries = entries;
  }

  /** The members of a piece of the range, in order and in bytes of their own. */
  read(set: CollectionHeader, range: ZSetRange, piece: Piece = WHOLE): ScoredMember[] {
    return this.stretches(set, range, piece).map(({ member, score }) => ({
      member: member.copy(),
      score,
    }));
  }

  /**
   * As `read`, but they hold until the turn ends.
   *
   * @throws {BudgetSpentError} of a counted set: more than the budget
   */
  stretches(
    set: CollectionHeader,
    range: ZSetRange,
    piece: Piece,
    budget: ReadingBudget = UNLIMITED,
  ): ScoredStretch[] {
    return this.entries(set, range, piece, budget).map(scoredStretch);
  }

  /** As `stretches`, scores and members together; see zset-entry.ts. */
  entries(
    set: CollectionHeader,
    range: ZSetRange,
    piece: Piece,
    budget: ReadingBudget = UNLIMITED,
  ): Stretch[] {
    if (piece.offset < 0 || piece.limit === 0) return [];
    if (range.by === "rank") {
      return this.#readSpan(set, rankSpan(range, set.size, piece.reverse), piece, budget);
    }
    if (range.by === "score") return this.#readBounds(set, scoreBounds(range), piece, budget);
    const score = this.#onlyScore(set);
    if (score === null) return this.#readMixed(set, range, piece);
    return this.#readBounds(set, lexBounds(range, score), piece, budget);
  }

  /** A piece of the range, for a reading in slices; null: there is no telling but by reading it, which is short. */
  listing(set: CollectionHeader, range: ZSetRange, piece: Piece = WHOLE): Listing | null {
    if (!this.#entries.isCounted(set) || piece.offset < 0) return null;
    const span = this.#spanOf(set, range, piece.reverse);
    if (span === null) return null;
    const { first, count } = pieceOf(span, piece);
    if (count === 0) return null;
    return {
      kind: KIND_ZSCORE,
      id: set.id,
      range: this.#entries.rangeFrom(set, first, piece.reverse),
      count,
    };
  }

  /**
   * What a range leaves of a set: so many entries from the low end, and those of `behind`; null: it is not counted.
   */
  around(
    set: CollectionHeader,
    range: ZSetRange,
  ): { removed: number; before: number; behind: ElementRange | null } | null {
    const span = this.#entries.isCounted(set) ? this.#spanOf(set, range, false) : null;
    if (span === null) return null;
    const end = span.first + span.count;
    const behind = end < set.size ? this.#entries.rangeFrom(set, end, false) : null;
    return { removed: span.count, before: span.first, behind };
  }

  #spanOf(set: CollectionHeader, range: ZSetRange, reverse: boolean): RankSpan | null {
    if (range.by === "rank") return rankSpan(range, set.size, reverse);
    if (range.by === "score") return this.#span(set, scoreBounds(range));
    const score = this.#onlyScore(set);
    return score === null ? null : this.#span(set, lexBounds(range, score));
  }

  /** How many members the range has. */
  count(set: CollectionHeader, range: ZSetRange): number {
    if (range.by === "rank") return rankSpan(range, set.size, false).count;
    if (range.by === "score") return this.#span(set, scoreBounds(range)).count;
    const score = this.#onlyScore(set);
    if (score === null) return this.#readMixed(set, range, WHOLE).length;
    return this.#span(set, lexBounds(range, score)).count;
  }

  #readBounds(
    set: CollectionHeader,
    bounds: EntryBounds,
    piece: Piece,
    budget: ReadingBudget = UNLIMITED,
  ): Stretch[] {
    const { offset, reverse, limit } = piece;
    if (this.#entries.isCounted(set)) {
      return this.#readSpan(set, this.#span(set, bounds), piece, budget);
    }
    const most = limit < 0 ? set.size : Math.min(limit, set.size);
    const walk = this.#entries.walk(set, { ...bounds, reverse, expected: offset + most });
    return walk.pass(Math.min(offset, set.size)) ? take(walk, most) : [];
  }

  #readSpan(
    set: CollectionHeader,
    span: RankSpan,
    piece: Piece,
    budget: ReadingBudget = UNLIMITED,
  ): Stretch[] {
    const { first, count } = pieceOf(span, piece);
    if (count === 0) return [];
    if (count <= SLICE_MAX && this.#entries.isCounted(set)) {
      const start = piece.reverse ? first - count + 1 : first;
      const entries = this.#entries.slice(set, start, count, budget);
      return piece.reverse ? entries.reverse() : entries;
    }
    return take(this.#entries.walkFrom(set, first, piece.reverse, count), count);
  }

  #span(set: CollectionHeader, { from, to }: EntryBounds): RankSpan {
    const first = this.#entries.rank(set, from);
    return { first, count: Math.max(0, this.#entries.rank(set, to) - first) };
  }

  /** The score that all members have; null: they have several. */
  #onlyScore(set: CollectionHeader): number | null {
    const low = this.#end(set, false);
    return low === this.#end(set, true) ? low : null;
  }

  /** The lowest score, or the highest one. */
  #end(set: CollectionHeader, reverse: boolean): number {
    const all = { first: 0, count: set.size };
    return scoreOfStretch(this.#readSpan(set, all, { reverse, offset: 0, limit: 1 })[0]!);
  }

  /**
   * A range by member where scores differ, which means nothing by itself. Of a small set, what Redis answers
   * for small ones; of a large one, members with the lowest score.
   */
  #readMixed(set: CollectionHeader, range: LexRange, piece: Piece): Stretch[] {
    if (set.size > MIXED_SIZE_MAX) {
      return this.#readBounds(set, lexBounds(range, this.#end(set, false)), piece);
    }
    const all = take(this.#entries.walk(set, { expected: set.size }), set.size);
    const memberOf = (entry: Stretch) => memberStretch(entry).view();
    const isOutside =
      !isFromMin(memberOf(all.at(-1)!), range) || !isUpToMax(memberOf(all[0]!), range);
    if (isOutside || isEmptyLexRange(range)) return [];
    if (piece.reverse) all.reverse();
    const [begins, goesOn] = piece.reverse ? [isUpToMax, isFromMin] : [isFromMin, isUpToMax];
    const start = all.findIndex((entry) => begins(memberOf(entry), range));
    if (start < 0) return [];
    const rest = all.slice(start);
    const length = rest.findIndex((entry) => !goesOn(memberOf(entry), range));
    const found = length < 0 ? rest : rest.slice(0, length);
    const end = piece.limit < 0 ? found.length : piece.offset + piece.limit;
    return found.slice(piece.offset, end);
  }
}

/** The rank at which a piece of the span begins, and its length. */
function pieceOf(span: RankSpan, { offset, reverse, limit }: Piece): RankSpan {
  const left = Math.max(0, span.count - offset);
  const count = limit < 0 ? left : Math.min(limit, left);
  const first = reverse ? span.first + span.count - 1 - offset : span.first + offset;
  return { first, count };
}

function rankSpan({ start, stop }: RankRange, size: number, reverse: boolean): RankSpan {
  const low = Math.max(0, start < 0 ? start + size : start);
  const high = Math.min(size - 1, stop < 0 ? stop + size : stop);
  if (low > high) return { first: 0, count: 0 };
  return { first: reverse ? size - 1 - high : low, count: high - low + 1 };
}

function scoredStretch(entry: Stretch): ScoredStretch {
  return { member: memberStretch(entry), score: scoreOfStretch(entry) };
}

/** Up to `count` entries that the walk has before it. */
function take(walk: EntryWalk, count: number): Stretch[] {
  const entries: Stretch[] = [];
  while (entries.length < count && walk.next()) {
    entries.push(new Stretch(walk.entry, 0, walk.entry.length));
  }
  return entries;
}
