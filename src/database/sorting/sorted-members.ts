/**
 * Members with scores that are put in order in slices: a union or its kin has to be known whole before the first one can
 * be answered. They are packed, and how much memory they may take together is limited.
 */
import { type Bytes, compareBytes } from "../../bytes/bytes.ts";
import { PackedElements } from "../collections/packed-elements.ts";
import type { ScoredMember } from "../zsets/zset-ranges.ts";
import { mergeSort } from "./merge-sort.ts";

const MB = 1 << 20;
/** Memory of all of them. */
const ALL_BYTES_MAX = 128 * MB;
/** Memory of one. */
const ONE_BYTES_MAX = 64 * MB;
/** Members that are copied between two yields. */
const COPIED = 64;
/** A score, and two numbers while they are sorted. */
const BYTES_EACH = 24;

/** Memory that is shared out. */
export class SortMemory {
  readonly #bytesMax: number;
  /** Bytes that are given away. */
  used = 0;

  constructor(bytesMax = ALL_BYTES_MAX) {
    this.#bytesMax = bytesMax;
  }

  /** False when there is not enough. */
  take(bytes: number): boolean {
    if (this.used + bytes > this.#bytesMax) return false;
    this.used += bytes;
    return true;
  }
}

export class SortedMembers {
  readonly #memory: SortMemory;
  #members = new PackedElements();
  #scores: number[] = [];
  /** Numbers of members, in order once they are sorted. */
  #order: number[] = [];
  #taken = 0;

  /** @param memory what this takes of it is given back by `release` */
  constructor(memory: SortMemory) {
    this.#memory = memory;
  }

  get count(): number {
    return this.#scores.length;
  }

  /** Adds a member; false when there is no memory for more. */
  add({ member, score }: ScoredMember): boolean {
    this.#order.push(this.#scores.length);
    this.#scores.push(score);
    this.#members.add(member);
    const needed = this.#members.memoryBytes + this.#scores.length * BYTES_EACH;
    if (needed <= this.#taken) return true;
    // Some more, so that this is not done for each.
    const more = needed - this.#taken + (needed >> 3);
    if (needed > ONE_BYTES_MAX || !this.#memory.take(more)) return false;
    this.#taken += more;
    return true;
  }

  /** Puts them in order of score and member, and answers how many there are; yields wherever it may be interrupted. */
  *sort(): Generator<void, number, void> {
    const scores = this.#scores;
    const members = this.#members;
    this.#order = yield* mergeSort(
      this.#order,
      (a, b) => scores[a]! - scores[b]! || compareBytes(members.view(a), members.view(b)),
    );
    return this.count;
  }

  /** Sorts them and drops all but the first `count`; yields wherever it may be interrupted. */
  *trim(count: number): Generator<void, void, void> {
    yield* this.sort();
    if (this.count <= count) return;
    const members = new PackedElements();
    const scores: number[] = [];
    for (let rank = 0; rank < count; rank++) {
      const { member, score } = this.at(rank);
      members.add(member);
      scores.push(score);
      if (rank % COPIED === 0) yield;
    }
    this.#members = members;
    this.#scores = scores;
    this.#order = scores.keys().toArray();
  }

  /** The member of rank `rank` in [0, count), as a view. REQUIRES: they are sorted. */
  at(rank: number): ScoredMember {
    const number = this.#order[rank]!;
    const member: Bytes = this.#members.view(number);
    return { member, score: this.#scores[number]! };
  }

  /** Gives the memory back; nothing may be asked for any more. */
  release(): void {
    this.#memory.used -= this.#taken;
    this.#taken = 0;
  }
}
