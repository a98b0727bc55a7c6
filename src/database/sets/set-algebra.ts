/**
 * Intersection, union and difference of sets by walking them side by side. Members come in byte order, and
 * nothing of a set is held but the page that its walk stands in. Between members null may come: so whoever works
 * in slices gets a chance to stop on a long way to the next one.
 */
import { type Bytes, compareBytes, EMPTY } from "../../bytes/bytes.ts";
import type { RangeWalk } from "../../keyspace/range.ts";
import { KIND_SET } from "../../keyspace/rows/row-key.ts";
import type { Elements } from "../collections/elements.ts";

/** A set as far as algebra has to know it. */
export interface SetSource {
  readonly id: number;
  /** Members; 0 for a key that is not there. */
  readonly size: number;
}

export type SetOperation = "intersection" | "union" | "difference";

/** A set this many times larger than the leading one is asked for single members instead of being walked. */
const PROBE_RATIO = 8;
/** Members that a walk passes one by one before it starts anew further on. */
const STEPS_MAX = 32;
const PAGE_ROWS_MAX = 512;
/** Leaps of one walk over another before the way counts as long. */
const LEAPS_MAX = 64;

/** Stands at a member of a set and moves upwards. Valid until the turn ends. */
class MemberWalk {
  readonly #elements: Elements;
  readonly #set: SetSource;
  #walk: RangeWalk;
  /** As a view; null behind the last one. */
  member: Bytes | null = null;

  constructor(elements: Elements, set: SetSource) {
    this.#elements = elements;
    this.#set = set;
    this.#walk = this.#open(EMPTY);
    this.advance();
  }

  advance(): void {
    this.member = this.#walk.next() ? this.#walk.rest : null;
  }

  /** Moves to the first member from `target` on; stays where it is if that is not below it. */
  seek(target: Bytes): void {
    for (let steps = 0; this.member !== null; steps++) {
      if (compareBytes(this.member, target) >= 0) return;
      if (steps === STEPS_MAX) this.#walk = this.#open(target);
      this.advance();
    }
  }

  #open(from: Bytes): RangeWalk {
    const expected = Math.min(this.#set.size, PAGE_ROWS_MAX);
    return this.#elements.walk(KIND_SET, this.#set.id, { from, expected });
  }
}

/** The members that all of `sets` hold. The smallest set leads; the cost is about its size times their number. */
export function* intersection(
  elements: Elements,
  sets: readonly SetSource[],
): Generator<Bytes | null> {
  const [lead, ...others] = distinct(sets).sort((a, b) => a.size - b.size);
  if (lead === undefined || lead.size === 0) return;
  const walked = [lead, ...others.filter((set) => !isFar(lead, set))];
  const probed = others.filter((set) => isFar(lead, set));
  const walks = walked.map((set) => new MemberWalk(elements, set));
  for (let member = meet(walks); member !== null; member = meet(walks)) {
    const found = member;
    if (found === undefined) {
      yield null;
      continue;
    }
    const isShared = probed.every((set) => elements.has(KIND_SET, set.id, found));
    yield isShared ? found : null;
    walks[0]!.advance();
  }
}

/** The members of the first of `sets` that no other one holds. */
export function* difference(
  elements: Elements,
  sets: readonly SetSource[],
): Generator<Bytes | null> {
  const [first, ...rest] = sets;
  if (first === undefined || first.size === 0) return;
  const others = distinct(rest.filter((set) => set.size > 0));
  if (others.some((set) => set.id === first.id)) return;
  const probed = others.filter((set) => isFar(first, set));
  const walks = others
    .filter((set) => !isFar(first, set))
    .map((set) => new MemberWalk(elements, set));
  const lead = new MemberWalk(elements, first);
  for (; lead.member !== null; lead.advance()) {
    const member = lead.member;
    const isElsewhere =
      walks.some((walk) => isAt(walk, member)) ||
      probed.some((set) => elements.has(KIND_SET, set.id, member));
    yield isElsewhere ? null : member;
  }
}

/** The members that at least one of `sets` holds. */
export function* union(elements: Elements, sets: readonly SetSource[]): Generator<Bytes | null> {
  const heap: MemberWalk[] = [];
  for (const set of distinct(sets)) {
    if (set.size > 0) heap.push(new MemberWalk(elements, set));
  }
  for (let at = heap.length - 1; at >= 0; at--) sink(heap, at);
  let last: Bytes | null = null;
  while (heap.length > 0) {
    const nearest = heap[0]!;
    const member = nearest.member;
    if (member === null) {
      const moved = heap.pop()!;
      if (heap.length > 0) heap[0] = moved;
    } else {
      yield last === null || compareBytes(member, last) !== 0 ? member : null;
      last = member;
      nearest.advance();
    }
    sink(heap, 0);
  }
}

/** About how many rows have to be passed for an operation. */
export function costOf(operation: SetOperation, sets: readonly SetSource[]): number {
  if (operation === "union") return sets.reduce((sum, { size }) => sum + size, 0);
  const [first] = operation === "difference" ? sets : sets.toSorted((a, b) => a.size - b.size);
  if (first === undefined || first.size === 0) return 0;
  const ways = sets.map((set) => (isFar(first, set) ? first.size : set.size));
  return ways.reduce((sum, way) => sum + way, 0);
}

function isFar(lead: SetSource, set: SetSource): boolean {
  return set.size > lead.size * PROBE_RATIO;
}

/** Each set once. Keys that are not there count as one set. */
function distinct(sets: readonly SetSource[]): SetSource[] {
  return [...new Map(sets.map((set) => [set.size === 0 ? 0 : set.id, set])).values()];
}

/**
 * Moves all walks to the first member that they share from where they stand; null: there is none; undefined: it is
 * a long way, to be gone on.
 */
function meet(walks: readonly MemberWalk[]): Bytes | null | undefined {
  let target = walks[0]!.member;
  let leaps = 0;
  for (let at = 0; at < walks.length && target !== null; ) {
    const walk = walks[at]!;
    walk.seek(target);
    if (walk.member === null) return null;
    const leapt: boolean = compareBytes(walk.member, target) > 0;
    target = walk.member;
    if (leapt && ++leaps > LEAPS_MAX) {
      walks[0]!.seek(target);
      return walks[0]!.member === null ? null : undefined;
    }
    at = leapt && at > 0 ? 0 : at + 1;
  }
  return target;
}

/** Whether the walk's set holds the member, which is not below the one asked for before. */
function isAt(walk: MemberWalk, member: Bytes): boolean {
  walk.seek(member);
  return walk.member !== null && compareBytes(walk.member, member) === 0;
}

/** Whether `a` stands before `b`; a walk that has ended comes first, to be taken away. */
function isBefore(a: MemberWalk, b: MemberWalk): boolean {
  if (a.member === null || b.member === null) return a.member === null;
  return compareBytes(a.member, b.member) < 0;
}

/** Restores the heap's order below `at`. */
function sink(heap: MemberWalk[], at: number): void {
  for (let parent = at; ; ) {
    let least = parent;
    for (let child = parent * 2 + 1; child <= parent * 2 + 2 && child < heap.length; child++) {
      if (isBefore(heap[child]!, heap[least]!)) least = child;
    }
    if (least === parent) return;
    [heap[parent], heap[least]] = [heap[least]!, heap[parent]!];
    parent = least;
  }
}
