/**
 * Ranges of a sorted set as clients give them: by rank, by score, by member; and the bytes between which the
 * entries of such a range stand.
 */
import { type Bytes, compareBytes, concatBytes, prefixEnd } from "../../bytes/bytes.ts";
import { behind, scoreBytes } from "./zset-entry.ts";

/** Ranks from `start` to `stop`, both included; negative ones count from the end. */
export interface RankRange {
  readonly by: "rank";
  readonly start: number;
  readonly stop: number;
}

export interface ScoreRange {
  readonly by: "score";
  readonly min: number;
  readonly minExclusive: boolean;
  readonly max: number;
  readonly maxExclusive: boolean;
}

/** A member; or "-", before all of them; or "+", behind all of them. */
export interface LexBound {
  readonly member: Bytes | "-" | "+";
  readonly exclusive: boolean;
}

/** Members in byte order, for sets whose members have all the same score. */
export interface LexRange {
  readonly by: "lex";
  readonly min: LexBound;
  readonly max: LexBound;
}

export type ZSetRange = RankRange | ScoreRange | LexRange;

/** Entries of [from, to). */
export interface EntryBounds {
  readonly from: Bytes;
  /** null: to the end. */
  readonly to: Bytes | null;
}

export function scoreBounds(range: ScoreRange): EntryBounds {
  const min = scoreBytes(range.min);
  const max = scoreBytes(range.max);
  return {
    from: range.minExclusive ? prefixEnd(min)! : min,
    to: range.maxExclusive ? max : prefixEnd(max),
  };
}

/** @param score the score that all members have */
export function lexBounds({ min, max }: LexRange, score: number): EntryBounds {
  const prefix = scoreBytes(score);
  return {
    from: edge(prefix, min, min.exclusive),
    to: edge(prefix, max, !max.exclusive),
  };
}

/** Where a range begins or ends. @param isBehind the bound's own entry is before this place */
function edge(prefix: Bytes, { member }: LexBound, isBehind: boolean): Bytes {
  if (member === "-") return prefix;
  if (member === "+") return prefixEnd(prefix)!;
  const entry = concatBytes(prefix, member);
  return isBehind ? behind(entry) : entry;
}

/** Whether the member is not below the range. */
export function isFromMin(member: Bytes, { min }: LexRange): boolean {
  if (typeof min.member === "string") return min.member === "-";
  const order = compareBytes(member, min.member);
  return min.exclusive ? order > 0 : order >= 0;
}

/** Whether the member is not above the range. */
export function isUpToMax(member: Bytes, { max }: LexRange): boolean {
  if (typeof max.member === "string") return max.member === "+";
  const order = compareBytes(member, max.member);
  return max.exclusive ? order < 0 : order <= 0;
}

/** Whether no member at all can be in the range. */
export function isEmptyLexRange({ min, max }: LexRange): boolean {
  if (min.member === "+" || max.member === "-") return true;
  if (min.member === "-" || max.member === "+") return false;
  const order = compareBytes(min.member, max.member);
  return order > 0 || (order === 0 && (min.exclusive || max.exclusive));
}
