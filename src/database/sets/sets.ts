/** Sets: one row a member, in byte order. Semantics are those of Redis 7, and LedisDB's for what only it has. */
import {
  type Bytes,
  compareBytes,
  concatBytes,
  copyBytes,
  EMPTY,
  mapKey,
  prefixEnd,
} from "../../bytes/bytes.ts";
import { globPrefix, matchesGlob } from "../../bytes/glob.ts";
import { TYPE_SET } from "../../keyspace/rows/key-row.ts";
import { KIND_SET } from "../../keyspace/rows/row-key.ts";
import { endsSlice, type Slices } from "../../rdb/in-slices.ts";
import { type Build, type BuildSubject, type Builds, isLong } from "../collections/builds.ts";
import type { CollectionHeader, Collections } from "../collections/collections.ts";
import type { ElementPacks } from "../collections/element-packs.ts";
import type { Elements } from "../collections/elements.ts";
import type { Listing } from "../collections/listing.ts";
import { RandomElements } from "../collections/random-elements.ts";
import { FIRST_ROWS, type ReadingBudget, UNLIMITED } from "../collections/reading-budget.ts";
import type { KeyTable } from "../key-table/key-table.ts";
import {
  costOf,
  difference,
  intersection,
  type SetOperation,
  type SetSource,
  union,
} from "./set-algebra.ts";

const NO_SET: SetSource = { id: 0, size: 0 };
/** The least byte string behind another is that one with a zero. */
const ZERO = new Uint8Array(1);

const STAR = 0x2a;

const OPERATIONS = { intersection, union, difference } as const;

/** How `store` is done in slices. */
export interface SetBuild extends Build<BuildSubject & { found: readonly SetSource[] }> {
  size: number;
}

/** What an operation on several sets reads. */
export interface SetInputs extends BuildSubject {
  readonly found: readonly SetSource[];
  readonly keysFound: number;
  readonly keysMissing: number;
  /** About how many rows it passes. */
  readonly cost: number;
}

export interface MemberPage {
  /** What the pattern let through, as views until the turn ends. */
  readonly members: Bytes[];
  /** The last member that was looked at; null when none is left behind it. */
  readonly last: Bytes | null;
}

/** Members that commands answer are views until the turn ends, unless they say otherwise. */
export class Sets {
  readonly #keys: KeyTable;
  readonly #collections: Collections;
  readonly #random: RandomElements;

  constructor(keys: KeyTable, collections: Collections, packs: ElementPacks) {
    this.#keys = keys;
    this.#collections = collections;
    this.#random = new RandomElements(collections, KIND_SET, packs);
  }

  /** Adds members; answers how many are new. @throws {CommandError} WRONGTYPE, as all of these do */
  add(key: Bytes, members: readonly Bytes[]): number {
    const header = this.#collections.findOrCreate(key, TYPE_SET);
    const added = header.isStored ? this.#insert(header, members) : this.#fill(header, members);
    if (added === 0) return 0;
    header.size += added;
    this.#collections.save(key, header);
    this.#random.changed(header.id);
    return added;
  }

  /** Removes members; answers how many there were. The last one takes the key with it. */
  remove(key: Bytes, members: readonly Bytes[]): number {
    const header = this.#collections.findForWrite(key, TYPE_SET);
    if (header === null) return 0;
    let removed = 0;
    for (const member of members) {
      if (this.#collections.take(KIND_SET, header.id, member)) removed++;
    }
    this.#shrink(key, header, removed);
    return removed;
  }

  /** For a command that goes on with `page`; null: no such key. */
  find(key: Bytes): SetSource | null {
    return this.#collections.find(key, TYPE_SET);
  }

  has(key: Bytes, member: Bytes): boolean {
    const header = this.#collections.find(key, TYPE_SET);
    return header !== null && this.#collections.has(KIND_SET, header.id, member);
  }

  /** For each of the members, whether it is there. */
  hasEach(key: Bytes, members: readonly Bytes[]): boolean[] {
    const header = this.#collections.find(key, TYPE_SET);
    return members.map(
      (member) => header !== null && this.#collections.has(KIND_SET, header.id, member),
    );
  }

  /** Number of members; 0: no such key. */
  size(key: Bytes): number {
    return this.#collections.find(key, TYPE_SET)?.size ?? 0;
  }

  /** All members in byte order. @throws {BudgetSpentError} they are more than the budget */
  members(key: Bytes, budget: ReadingBudget = UNLIMITED): Bytes[] {
    const header = this.#collections.find(key, TYPE_SET);
    return header === null ? [] : this.#all(header, budget);
  }

  /** All members, for a reading in slices; null: no such key. */
  listing(key: Bytes): Listing | null {
    const set = this.#collections.findForWrite(key, TYPE_SET);
    return set && { kind: KIND_SET, id: set.id, range: {}, count: set.size };
  }

  /** Moves a member from one set to another; false when the first one has it not. */
  move(from: Bytes, to: Bytes, member: Bytes): boolean {
    const source = this.#collections.findForWrite(from, TYPE_SET);
    if (source === null) return false;
    const target = this.#collections.findForWrite(to, TYPE_SET);
    if (target?.id === source.id) return this.#collections.has(KIND_SET, source.id, member);
    if (!this.#collections.take(KIND_SET, source.id, member)) return false;
    this.#shrink(from, source, 1);
    this.add(to, [member]);
    return true;
  }

  /** Removes a member chosen by chance and answers it, copied; null: no such key. */
  pop(key: Bytes): Bytes | null {
    const header = this.#collections.findForWrite(key, TYPE_SET);
    if (header === null) return null;
    const member = this.#random.take(header);
    this.#collections.delete(KIND_SET, header.id, member);
    header.size--;
    this.#collections.save(key, header);
    return member;
  }

  /** Removes up to `count` members chosen by chance and answers them, copied. */
  popSome(key: Bytes, count: number): Bytes[] {
    const header = this.#collections.findForWrite(key, TYPE_SET);
    if (header === null || count === 0) return [];
    if (count >= header.size) {
      const members = this.#all(header);
      this.#collections.remove(key);
      return members;
    }
    const members = this.#random.distinct(header, count);
    for (const member of members) this.#collections.delete(KIND_SET, header.id, member);
    this.#shrink(key, header, members.length);
    return members;
  }

  /** A member chosen by chance, copied; null: no such key. */
  random(key: Bytes): Bytes | null {
    const header = this.#collections.find(key, TYPE_SET);
    return header === null ? null : this.#random.one(header);
  }

  /** Up to `count` different members chosen by chance. */
  randomSome(key: Bytes, count: number): Bytes[] {
    const header = this.#collections.find(key, TYPE_SET);
    if (header === null || count === 0) return [];
    return count >= header.size ? this.#all(header) : this.#random.distinct(header, count);
  }

  /** `count` members chosen by chance, one as often as chance has it; none: no such key. */
  randomWithRepeats(key: Bytes, count: number): Bytes[] {
    const header = this.#collections.find(key, TYPE_SET);
    if (header === null || count === 0) return [];
    return this.#random.withRepeats(header, count);
  }

  /**
   * What the operation makes of several sets, in byte order. A key that is not there is an empty set.
   *
   * @throws {BudgetSpentError} it is more than the budget
   */
  combine(operation: SetOperation, keys: readonly Bytes[], budget = UNLIMITED): Bytes[] {
    const found: Bytes[] = [];
    for (const member of OPERATIONS[operation](this.#collections, this.#sources(keys))) {
      if (member === null) continue;
      budget.spend(member.length);
      found.push(member);
    }
    return found;
  }

  /** What an operation on several sets would read, for whoever does it in slices. */
  inputs(operation: SetOperation, keys: readonly Bytes[]): SetInputs {
    const found = keys.map((key) => this.#collections.findForWrite(key, TYPE_SET) ?? NO_SET);
    const there = found.filter(({ size }) => size > 0);
    return {
      ids: there.map(({ id }) => id),
      sources: there.map(({ id }) => ({ id, kinds: [KIND_SET] })),
      found,
      keysFound: there.length,
      keysMissing: found.length - there.length,
      cost: costOf(operation, found),
    };
  }

  /** What the operation makes of these inputs, with null between members. */
  combined(operation: SetOperation, { found }: SetInputs, rows: Elements): Generator<Bytes | null> {
    return OPERATIONS[operation](rows, found);
  }

  /**
   * Stores what the operation makes of several sets under `target`, whatever that held, and answers its size;
   * of an empty result nothing is stored, and `target` is gone. It may be one of the sources.
   */
  store(operation: SetOperation, target: Bytes, keys: readonly Bytes[]): number {
    const sources = this.#sources(keys);
    const result = this.#collections.create(TYPE_SET);
    for (const member of OPERATIONS[operation](this.#collections, sources)) {
      if (member === null) continue;
      this.#collections.put(KIND_SET, result.id, member, EMPTY);
      result.size++;
    }
    if (result.size > 0) this.#collections.save(target, result);
    else if (this.#keys.findForWrite(target) !== null) this.#keys.remove(target);
    return result.size;
  }

  /**
   * Stores a set of these members, at least one and different ones, in place of what the key held.
   *
   * @param expireAt ms since 1970, 0 for no TTL
   */
  *replacing(key: Bytes, members: Iterable<Bytes>, expireAt: number): Slices {
    const set = this.#collections.create(TYPE_SET);
    set.expireAt = expireAt;
    for (const member of members) {
      this.#collections.put(KIND_SET, set.id, member, EMPTY);
      if (!endsSlice(++set.size)) continue;
      this.#collections.save(key, set);
      yield;
    }
    this.#collections.save(key, set);
  }

  /** `store` in slices; null when that is short. Its result is the size, once it is done. */
  build(operation: SetOperation, target: Bytes, keys: readonly Bytes[], builds: Builds): SetBuild {
    const collections = this.#collections;
    return {
      table: this.#keys,
      keys,
      create: () => collections.create(TYPE_SET),
      size: 0,
      choose: () => {
        const found = keys.map((key) => collections.findForWrite(key, TYPE_SET) ?? NO_SET);
        const sources = found.map(({ id }) => ({ id, kinds: [KIND_SET] }));
        return isLong(found) ? { ids: found.map(({ id }) => id), sources, found } : null;
      },
      *fill({ found }, rows, header) {
        for (const member of OPERATIONS[operation](rows, found)) {
          yield;
          if (member === null) continue;
          collections.put(KIND_SET, header.id, member, EMPTY);
          header.size++;
        }
      },
      finish(_, header) {
        builds.put(this.table, collections, target, header);
        this.size = header.size;
      },
    };
  }

  /** How many members several sets share, counted up to `limit`; 0: to the end. */
  intersectionSize(keys: readonly Bytes[], limit: number): number {
    const counting = countShared(this.#collections, this.#sources(keys), limit);
    for (;;) {
      const { done, value } = counting.next();
      if (done === true) return value;
    }
  }

  /** `intersectionSize` for whoever does it in slices. */
  sharedCount({ found }: SetInputs, rows: Elements, limit: number): Generator<void, number, void> {
    return countShared(rows, found, limit);
  }

  /**
   * Looks at up to `rowsMax` members in byte order. A literal start of the pattern narrows what is looked at.
   *
   * @param after where the page before ended; null: the start
   * @param pattern a glob; null: any member
   */
  page(set: SetSource, after: Bytes | null, pattern: Bytes | null, rowsMax: number): MemberPage {
    const filter = pattern === null || isAny(pattern) ? null : pattern;
    const prefix = filter === null ? EMPTY : globPrefix(filter);
    const behind = after === null ? EMPTY : concatBytes(after, ZERO);
    const from = compareBytes(behind, prefix) > 0 ? behind : prefix;
    const range = { from, to: prefixEnd(prefix), expected: rowsMax + 1 };
    const walk = this.#collections.walk(KIND_SET, set.id, range);
    const members: Bytes[] = [];
    let member: Bytes | null = null;
    for (let rows = 0; walk.next(); rows++) {
      if (rows === rowsMax) return { members, last: copyBytes(member!) };
      member = walk.rest;
      if (filter === null || matchesGlob(filter, member)) members.push(member);
    }
    return { members, last: null };
  }

  /** Puts members into a set that has rows already. */
  #insert({ id }: CollectionHeader, members: readonly Bytes[]): number {
    let added = 0;
    for (const member of members) {
      if (!this.#collections.insert(KIND_SET, id, member)) continue;
      this.#random.added(id, member);
      added++;
    }
    return added;
  }

  /** Puts members into a new set: there is nothing below to look up, only the same word twice. */
  #fill({ id }: CollectionHeader, members: readonly Bytes[]): number {
    const seen = members.length === 1 ? null : new Set<string>();
    for (const member of members) {
      seen?.add(mapKey(member));
      this.#collections.put(KIND_SET, id, member, EMPTY);
    }
    return seen?.size ?? 1;
  }

  #shrink(key: Bytes, header: CollectionHeader, removed: number): void {
    if (removed === 0) return;
    header.size -= removed;
    this.#collections.save(key, header);
    this.#random.changed(header.id);
  }

  #all(set: SetSource, budget: ReadingBudget = UNLIMITED): Bytes[] {
    const expected = budget === UNLIMITED ? set.size : FIRST_ROWS;
    const walk = this.#collections.walk(KIND_SET, set.id, { expected });
    const members: Bytes[] = [];
    while (walk.next()) {
      budget.spend(walk.rest.length);
      members.push(walk.rest);
    }
    return members;
  }

  #sources(keys: readonly Bytes[]): SetSource[] {
    return keys.map((key) => this.#collections.find(key, TYPE_SET) ?? NO_SET);
  }
}

function* countShared(
  rows: Elements,
  sets: readonly SetSource[],
  limit: number,
): Generator<void, number, void> {
  let count = 0;
  for (const member of intersection(rows, sets)) {
    if (member !== null) count++;
    if (limit > 0 && count === limit) break;
    yield;
  }
  return count;
}

/** A bare `*`, which also matches the empty member. */
function isAny(pattern: Bytes): boolean {
  return pattern.length === 1 && pattern[0] === STAR;
}
