/** Members of a sorted set chosen by chance, each with the same chance: ranks are drawn, and looked up. */
import type { CollectionHeader } from "../collections/collections.ts";
import type { ZSetEntries } from "./zset-entries.ts";
import type { ScoredMember } from "./zset-ranges.ts";

/** Ranks this close are reached by walking on. */
const WALKED_RANKS_MAX = 256;

export class ZSetSamples {
  readonly #entries: ZSetEntries;
  readonly #random: () => number;

  /** @param random a number in [0, 1) */
  constructor(entries: ZSetEntries, random: () => number = Math.random) {
    this.#entries = entries;
    this.#random = random;
  }

  /** `count` different members in any order; all of them if there are not more. */
  some(set: CollectionHeader, count: number): ScoredMember[] {
    const { size } = set;
    if (count >= size) return this.#at(set, numbers(size));
    if (count * 2 > size) return this.#shuffle(this.#at(set, this.#choose(size, count)));
    const ranks = new Set<number>();
    while (ranks.size < count) ranks.add(this.#below(size));
    return this.#shuffle(this.#at(set, Float64Array.from(ranks)));
  }

  /** `count` members, the same one perhaps several times. */
  withRepeats(set: CollectionHeader, count: number): ScoredMember[] {
    const ranks = Float64Array.from({ length: count }, () => this.#below(set.size));
    return this.#shuffle(this.#at(set, ranks));
  }

  /** The members of these ranks, in rank order. */
  #at(set: CollectionHeader, ranks: Float64Array): ScoredMember[] {
    ranks.sort();
    const members: ScoredMember[] = [];
    let walk = this.#entries.walkFrom(set, ranks[0]!, false, Math.min(ranks.length, set.size));
    let at = ranks[0]!;
    let last: ScoredMember | null = null;
    for (const rank of ranks) {
      if (last === null || rank !== at) {
        if (rank - at > WALKED_RANKS_MAX) walk = this.#entries.walkFrom(set, rank, false, 1);
        else walk.pass(Math.max(0, rank - at - 1));
        walk.next();
        last = { member: walk.member, score: walk.score };
        at = rank;
      }
      members.push(last);
    }
    return members;
  }

  /** `count` numbers of [0, size): each is taken with the chance that is left for it. */
  #choose(size: number, count: number): Float64Array {
    const chosen = new Float64Array(count);
    let taken = 0;
    for (let number = 0; taken < count; number++) {
      if (this.#random() * (size - number) < count - taken) chosen[taken++] = number;
    }
    return chosen;
  }

  #shuffle<T>(items: T[]): T[] {
    for (let at = items.length - 1; at > 0; at--) {
      const other = this.#below(at + 1);
      [items[at], items[other]] = [items[other]!, items[at]!];
    }
    return items;
  }

  /** A whole number in [0, count). */
  #below(count: number): number {
    return Math.floor(this.#random() * count);
  }
}

function numbers(count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, number) => number);
}
