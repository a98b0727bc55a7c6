/**
 * Unions, intersections and differences of sorted sets, and of sets, whose members count as score 1. What Redis
 * 7.0 does, down to the order in which scores are added: the smallest source first.
 */
import { type Bytes, compareBytes } from "../../bytes/bytes.ts";
import { readSortableDouble } from "../../bytes/sortable-double.ts";
import { CommandError, errors } from "../../errors.ts";
import { TYPE_SET, TYPE_ZSET } from "../../keyspace/rows/key-row.ts";
import { KIND_SET, KIND_ZSET } from "../../keyspace/rows/row-key.ts";
import type { BuildSubject } from "../collections/builds.ts";
import type { CollectionHeader, Collections } from "../collections/collections.ts";
import type { Elements } from "../collections/elements.ts";
import type { KeyTable } from "../key-table/key-table.ts";
import type { ZSetEntries } from "./zset-entries.ts";
import type { ScoredMember } from "./zset-ranges.ts";

export type Aggregate = "SUM" | "MIN" | "MAX";

/** How the scores of the sources are combined. */
export interface Weighting {
  /** One for each source; null: 1 for all. */
  readonly weights: readonly number[] | null;
  readonly aggregate: Aggregate;
}

export const PLAIN_SUM: Weighting = { weights: null, aggregate: "SUM" };

export type ZSetOperation = "union" | "intersection" | "difference";

/** A sorted set or a set; null: there is no such key. */
type Source = CollectionHeader | null;

interface WeightedSource {
  readonly source: Source;
  readonly size: number;
  readonly weight: number;
}

/** The score of a set's members. */
const SET_SCORE = 1;

export class ZSetAlgebra {
  readonly #keys: KeyTable;
  readonly #collections: Collections;
  readonly #entries: ZSetEntries;

  constructor(keys: KeyTable, collections: Collections, entries: ZSetEntries) {
    this.#keys = keys;
    this.#collections = collections;
    this.#entries = entries;
  }

  /** Looks the sources up, and counts that unless told otherwise. @throws {CommandError} WRONGTYPE: a key holds neither a sorted set nor a set */
  sources(keys: readonly Bytes[], isCounted = true): Source[] {
    return keys.map((key) => {
      const type = this.#keys.findForWrite(key)?.type;
      if (type !== undefined && type !== TYPE_ZSET && type !== TYPE_SET) {
        throw new CommandError(errors.wrongType);
      }
      return isCounted
        ? this.#collections.find(key, type ?? TYPE_ZSET)
        : this.#collections.findForWrite(key, type ?? TYPE_ZSET);
    });
  }

  /**
   * The outcome in order of score and member. Members are views until the turn ends. A score may be -0, which no
   * stored one is.
   */
  combine(
    operation: ZSetOperation,
    sources: readonly Source[],
    weighting: Weighting = PLAIN_SUM,
  ): ScoredMember[] {
    const all = this.found(operation, sources, weighting, this.#collections);
    const found = [...all].filter((entry) => entry !== null);
    return found.sort((a, b) => a.score - b.score || compareBytes(a.member, b.member));
  }

  /** How many members all sources share. @param limit counts no further; 0: no limit */
  intersectionSize(sources: readonly Source[], limit: number): number {
    const counting = this.sharedCount(sources, this.#collections, limit);
    for (;;) {
      const { done, value } = counting.next();
      if (done === true) return value;
    }
  }

  /** `intersectionSize` for whoever does it in slices. */
  *sharedCount(
    sources: readonly Source[],
    rows: Elements,
    limit: number,
  ): Generator<void, number, void> {
    const [lead, ...others] = sources.toSorted((a, b) => sizeOf(a) - sizeOf(b));
    let count = 0;
    for (const { member } of membersOf(rows, lead!)) {
      if (others.every((other) => scoreOf(rows, other, member) !== null)) count++;
      if (limit > 0 && count === limit) break;
      yield;
    }
    return count;
  }

  /** About how many rows have to be looked at. */
  costOf(operation: ZSetOperation, sources: readonly Source[]): number {
    const sizes = sources.map(sizeOf);
    if (operation === "union") return sizes.reduce((sum, size) => sum + size, 0);
    const lead = operation === "difference" ? sizes[0]! : Math.min(...sizes);
    return lead * sizes.length;
  }

  /** What an operation on several keys would read, for whoever does it in slices. Counts no look-ups. */
  inputs(keys: readonly Bytes[]): BuildSubject & { readonly found: readonly Source[] } {
    const found = this.sources(keys, false);
    const there = found.filter((source) => source !== null);
    const sources = there.map((source) => ({ id: source.id, kinds: [kindOf(source)] }));
    return { ids: there.map(({ id }) => id), sources, found };
  }

  /** What the operation makes of sources, in byte order, with null between members. */
  found(
    operation: ZSetOperation,
    sources: readonly Source[],
    weighting: Weighting,
    rows: Elements,
  ): Generator<ScoredMember | null> {
    if (operation === "difference") return difference(rows, sources);
    const { aggregate } = weighting;
    const inputs = weighted(sources, weighting);
    if (operation === "union") return union(rows, inputs, aggregate);
    return intersection(rows, inputs, aggregate);
  }

  /** Does the operation in slices, into an empty set that is not saved. */
  *fill(
    operation: ZSetOperation,
    sources: readonly Source[],
    weighting: Weighting,
    rows: Elements,
    target: CollectionHeader,
  ): Generator<void> {
    const { aggregate } = weighting;
    if (operation === "union") {
      yield* this.#fillUnion(weighted(sources, weighting), aggregate, rows, target);
      return;
    }
    for (const entry of this.found(operation, sources, weighting, rows)) {
      yield;
      if (entry !== null) this.#entries.insert(target, entry.member, entry.score + 0);
    }
  }

  /** The target itself remembers what was found before, so that memory does not grow with it. */
  *#fillUnion(
    sources: readonly WeightedSource[],
    aggregate: Aggregate,
    rows: Elements,
    target: CollectionHeader,
  ): Generator<void> {
    for (const { source, weight } of sources) {
      const isFirst = target.size === 0;
      for (const { member, score } of membersOf(rows, source)) {
        const own = weigh(score, weight) + 0;
        const known = isFirst ? null : this.#entries.score(target, member);
        if (known === null) {
          this.#entries.insert(target, member, own);
        } else {
          const combined = combineScores(known, own, aggregate) + 0;
          if (combined !== known) this.#entries.move(target, member, known, combined);
        }
        yield;
      }
    }
  }
}

function weighted(sources: readonly Source[], { weights }: Weighting): WeightedSource[] {
  const found = sources.map((source, at) => {
    return { source, size: sizeOf(source), weight: weights?.[at] ?? 1 };
  });
  return found.sort((a, b) => a.size - b.size);
}

/** Each member once, its scores combined in the order of the sources. */
function* union(
  rows: Elements,
  sources: readonly WeightedSource[],
  aggregate: Aggregate,
): Generator<ScoredMember> {
  const walks = sources.map(({ source, weight }) => {
    const members = membersOf(rows, source);
    return { members, weight, head: nextOf(members) };
  });
  for (;;) {
    let least: Bytes | null = null;
    for (const { head } of walks) {
      if (head === null) continue;
      if (least === null || compareBytes(head.member, least) < 0) least = head.member;
    }
    if (least === null) return;
    let sum: number | null = null;
    for (const walk of walks) {
      const { head, weight } = walk;
      if (head === null || compareBytes(head.member, least) !== 0) continue;
      const own = weigh(head.score, weight);
      sum = sum === null ? own : combineScores(sum, own, aggregate);
      walk.head = nextOf(walk.members);
    }
    yield { member: least, score: sum! };
  }
}

function nextOf(members: Iterator<ScoredMember>): ScoredMember | null {
  const next = members.next();
  return next.done === true ? null : next.value;
}

/** Null for a member that is not in all of them. */
function* intersection(
  rows: Elements,
  [lead, ...others]: readonly WeightedSource[],
  aggregate: Aggregate,
): Generator<ScoredMember | null> {
  for (const { member, score } of membersOf(rows, lead!.source)) {
    let sum: number | null = weigh(score, lead!.weight);
    for (const { source, weight } of others) {
      const own = scoreOf(rows, source, member);
      sum = own === null ? null : combineScores(sum, own * weight, aggregate);
      if (sum === null) break;
    }
    yield sum === null ? null : { member, score: sum };
  }
}

/** Null for a member that is in another one. */
function* difference(
  rows: Elements,
  [first, ...others]: readonly Source[],
): Generator<ScoredMember | null> {
  for (const entry of membersOf(rows, first!)) {
    const isElsewhere = others.some((other) => scoreOf(rows, other, entry.member) !== null);
    yield isElsewhere ? null : entry;
  }
}

/** Members with their scores, in byte order. */
function* membersOf(rows: Elements, source: Source): Generator<ScoredMember> {
  if (source === null) return;
  const { id, size } = source;
  const walk = rows.walk(kindOf(source), id, { expected: size });
  const isScored = source.type === TYPE_ZSET;
  while (walk.next()) {
    const score = isScored ? readSortableDouble(walk.value, 0) : SET_SCORE;
    yield { member: walk.rest, score };
  }
}

function scoreOf(rows: Elements, source: Source, member: Bytes): number | null {
  if (source === null) return null;
  const value = rows.get(kindOf(source), source.id, member);
  if (value === null) return null;
  return source.type === TYPE_ZSET ? readSortableDouble(value, 0) : SET_SCORE;
}

/** Row kind of a source's members. */
function kindOf({ type }: { readonly type: number }): number {
  return type === TYPE_ZSET ? KIND_ZSET : KIND_SET;
}

function sizeOf(source: Source): number {
  return source?.size ?? 0;
}

/** Infinity times 0 counts as 0. */
function weigh(score: number, weight: number): number {
  const product = score * weight;
  return Number.isNaN(product) ? 0 : product;
}

/** Infinities of both signs add up to 0. A score that is no number is neither less nor greater. */
function combineScores(before: number, score: number, aggregate: Aggregate): number {
  const isLess = score < before;
  const isMore = score > before;
  if (aggregate === "MIN") return isLess ? score : before;
  if (aggregate === "MAX") return isMore ? score : before;
  const sum = before + score;
  return Number.isNaN(sum) ? 0 : sum;
}
