/**
 * Unions, intersections and differences of sorted sets, and of sets, whose members count as score 1. What Redis
 * 7.0 does, down to the order in which scores are added: the smallest source first.
 */
import { type Bytes, compareBytes, mapKey } from "../bytes/bytes.ts";
import { CommandError, errors } from "../errors.ts";
import { TYPE_SET, TYPE_ZSET } from "../keyspace/key-row.ts";
import { KIND_SET } from "../keyspace/row-key.ts";
import { type CollectionHeader, type Collections, restOf } from "./collections.ts";
import type { KeyTable } from "./key-table.ts";
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

  /** Looks the sources up. @throws {CommandError} WRONGTYPE: a key holds neither a sorted set nor a set */
  sources(keys: readonly Bytes[]): Source[] {
    return keys.map((key) => {
      const type = this.#keys.findForWrite(key)?.type;
      if (type !== undefined && type !== TYPE_ZSET && type !== TYPE_SET) {
        throw new CommandError(errors.wrongType);
      }
      return this.#collections.find(key, type ?? TYPE_ZSET);
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
    const found = this.#combine(operation, sources, weighting);
    return found.sort((a, b) => a.score - b.score || compareBytes(a.member, b.member));
  }

  /** How many members all sources share. @param limit counts no further; 0: no limit */
  intersectionSize(sources: readonly Source[], limit: number): number {
    const [lead, ...others] = sources.toSorted((a, b) => sizeOf(a) - sizeOf(b));
    let count = 0;
    for (const { member } of this.#members(lead!)) {
      if (!others.every((other) => this.#score(other, member) !== null)) continue;
      count++;
      if (count === limit) break;
    }
    return count;
  }

  #combine(
    operation: ZSetOperation,
    sources: readonly Source[],
    { weights, aggregate }: Weighting,
  ): ScoredMember[] {
    if (operation === "difference") return this.#difference(sources);
    const weighted = sources.map((source, at) => {
      return { source, size: sizeOf(source), weight: weights?.[at] ?? 1 };
    });
    weighted.sort((a, b) => a.size - b.size);
    if (operation === "union") return this.#union(weighted, aggregate);
    return this.#intersection(weighted, aggregate);
  }

  #union(sources: readonly WeightedSource[], aggregate: Aggregate): ScoredMember[] {
    const found = new Map<string, { member: Bytes; score: number }>();
    for (const { source, weight } of sources) {
      for (const { member, score } of this.#members(source)) {
        const own = weigh(score, weight);
        const name = mapKey(member);
        const known = found.get(name);
        if (known === undefined) found.set(name, { member, score: own });
        else known.score = combineScores(known.score, own, aggregate);
      }
    }
    return [...found.values()];
  }

  #intersection(sources: readonly WeightedSource[], aggregate: Aggregate): ScoredMember[] {
    const [lead, ...others] = sources;
    const found: ScoredMember[] = [];
    for (const { member, score } of this.#members(lead!.source)) {
      let sum: number | null = weigh(score, lead!.weight);
      for (const { source, weight } of others) {
        const own = this.#score(source, member);
        sum = own === null ? null : combineScores(sum, own * weight, aggregate);
        if (sum === null) break;
      }
      if (sum !== null) found.push({ member, score: sum });
    }
    return found;
  }

  #difference([first, ...others]: readonly Source[]): ScoredMember[] {
    const found: ScoredMember[] = [];
    for (const entry of this.#members(first!)) {
      if (others.every((other) => this.#score(other, entry.member) === null)) found.push(entry);
    }
    return found;
  }

  *#members(source: Source): Generator<ScoredMember> {
    if (source === null) return;
    if (source.type === TYPE_ZSET) {
      const walk = this.#entries.walk(source, { expected: source.size });
      while (walk.next()) yield { member: walk.member, score: walk.score };
      return;
    }
    const walk = this.#collections.walk(KIND_SET, source.id, { expected: source.size });
    while (walk.next()) yield { member: restOf(walk.key), score: SET_SCORE };
  }

  #score(source: Source, member: Bytes): number | null {
    if (source === null) return null;
    if (source.type === TYPE_ZSET) return this.#entries.score(source, member);
    return this.#collections.has(KIND_SET, source.id, member) ? SET_SCORE : null;
  }
}

function sizeOf(source: Source): number {
  return source?.size ?? 0;
}

/** Infinity times 0 counts as 0. */
function weigh(score: number, weight: number): number {
  const product = score * weight;
  return Number.isNaN(product) ? 0 : product;
}

/** Infinities of both signs add up to 0. */
function combineScores(before: number, score: number, aggregate: Aggregate): number {
  if (aggregate === "MIN") return Math.min(score, before);
  if (aggregate === "MAX") return Math.max(score, before);
  const sum = before + score;
  return Number.isNaN(sum) ? 0 : sum;
}
