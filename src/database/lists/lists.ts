/**
 * Lists. Items have consecutive sequence numbers, a new list starts in the middle of their range, and the key
 * row keeps the first one behind the size: `head u48`. So both ends grow and shrink, and any index is found,
 * whatever the list's length; what changes the middle shifts the shorter side by one. Semantics are Redis 7's.
 *
 * Values answered are views: valid until the key is written again or the turn ends.
 */
import { type Bytes, equalBytes } from "../../bytes/bytes.ts";
import type { AnyBytes, Stretch } from "../../bytes/stretch.ts";
import { CommandError, errors } from "../../errors.ts";
import type { Keyspace } from "../../keyspace/keyspace.ts";
import { TYPE_LIST } from "../../keyspace/rows/key-row.ts";
import { KIND_LIST, readU48, writeU48 } from "../../keyspace/rows/row-key.ts";
import { endsSlice, type Slices } from "../../rdb/in-slices.ts";
import type { CollectionHeader, Collections } from "../collections/collections.ts";
import type { Listing } from "../collections/listing.ts";
import { type ReadingBudget, UNLIMITED } from "../collections/reading-budget.ts";
import type { KeyTable } from "../key-table/key-table.ts";
import { closeGaps } from "./list-gaps.ts";
import { FIRST_SEQ, ListItems, SEQ_END, seqRange } from "./list-items.ts";
import { type PositionQuery, PositionSearch } from "./list-search.ts";

/** An end of a list: its head is on the left. */
export type ListEnd = "left" | "right";

const HEAD_BYTES = 6;

/** When more items than this go, and more than stay, those that stay move to a new list instead. */
const REMOVED_SINGLY_MAX = 128;

export class Lists {
  readonly #keys: KeyTable;
  readonly #collections: Collections;
  readonly #items: ListItems;

  constructor(keys: KeyTable, collections: Collections, keyspace: Keyspace) {
    this.#keys = keys;
    this.#collections = collections;
    this.#items = new ListItems(collections, keyspace);
  }

  /** Adds values one after the other at an end; answers the length. @throws {CommandError} WRONGTYPE */
  push(key: AnyBytes, end: ListEnd, values: readonly AnyBytes[]): number {
    return this.#push(key, this.#findOrCreate(key), end, values);
  }

  /** As `push`, if there is such a list; otherwise 0. */
  pushIfThere(key: AnyBytes, end: ListEnd, values: readonly AnyBytes[]): number {
    const list = this.#collections.findForWrite(key, TYPE_LIST);
    return list === null ? 0 : this.#push(key, list, end, values);
  }

  /** Takes the item at an end; null: no such key. @throws {CommandError} WRONGTYPE */
  pop(key: Bytes, end: ListEnd): Bytes | null {
    const list = this.#collections.findForWrite(key, TYPE_LIST);
    if (list === null) return null;
    const value = this.#items.get(list.id, seqAt(list, end));
    this.#drop(key, list, end, 1);
    return value;
  }

  /** Takes up to `count` items, the one at the end first; null: no such key. @throws {CommandError} WRONGTYPE */
  popMany(key: Bytes, end: ListEnd, count: number): Bytes[] | null {
    const list = this.#collections.findForWrite(key, TYPE_LIST);
    if (list === null) return null;
    const taken = Math.min(count, list.size);
    const values = this.#read(list.id, seqAt(list, end), taken, end === "left" ? 1 : -1);
    if (taken > 0) this.#drop(key, list, end, taken);
    return values.map((value) => value.view());
  }

  /** Items in the list; 0: no such key. @throws {CommandError} WRONGTYPE */
  length(key: Bytes): number {
    return this.#collections.find(key, TYPE_LIST)?.size ?? 0;
  }

  /**
   * The item at an index, negative from the right; null: no such key, or beyond an end.
   *
   * @throws {CommandError} WRONGTYPE; the list is there and the index no integer
   */
  at(key: Bytes, index: number): Bytes | null {
    const list = this.#collections.find(key, TYPE_LIST);
    if (list === null) return null;
    const seq = seqOf(list, index);
    return seq === null ? null : this.#items.get(list.id, seq);
  }

  /** The items between two indexes, both included, negative from the right. @throws {CommandError} WRONGTYPE */
  range(key: Bytes, start: number, stop: number): Bytes[] {
    return this.stretches(key, start, stop).map((item) => item.view());
  }

  /**
   * As `range`, without views.
   *
   * @throws {BudgetSpentError} they are more than the budget
   */
  stretches(key: Bytes, start: number, stop: number, budget: ReadingBudget = UNLIMITED): Stretch[] {
    const list = this.#collections.find(key, TYPE_LIST);
    if (list === null) return [];
    const { first, count } = clip(list.size, start, stop);
    return this.#read(list.id, headOf(list) + first, count, 1, budget);
  }

  /** The items of `range`, for a reading in slices; null: no such key. @throws {CommandError} WRONGTYPE */
  listing(key: Bytes, start: number, stop: number): Listing | null {
    const list = this.#collections.findForWrite(key, TYPE_LIST);
    if (list === null) return null;
    const { first, count } = clip(list.size, start, stop);
    const range = seqRange(headOf(list) + first, count);
    return { kind: KIND_LIST, id: list.id, range, count };
  }

  /** Replaces an item. @throws {CommandError} no such key, WRONGTYPE, the index is no integer or beyond an end */
  set(key: Bytes, index: number, value: Bytes): void {
    const list = this.#collections.findForWrite(key, TYPE_LIST);
    if (list === null) throw new CommandError(errors.noSuchKey);
    const seq = seqOf(list, index);
    if (seq === null) throw new CommandError(errors.indexOutOfRange);
    this.#items.put(list.id, seq, value);
    this.#collections.save(key, list);
  }

  /**
   * Inserts a value beside the first item that equals `pivot`. Costs the way to it and a shift of the shorter side.
   *
   * @returns the length; 0: no such key, -1: no such item
   * @throws {CommandError} WRONGTYPE
   */
  insert(key: Bytes, where: "before" | "after", pivot: Bytes, value: Bytes): number {
    const list = this.#collections.findForWrite(key, TYPE_LIST);
    if (list === null) return 0;
    const [found] = this.#find(list, pivot, { rank: 1, count: 1, lengthMax: 0 });
    if (found === undefined) return -1;
    this.#insertAt(list, where === "before" ? found : found + 1, value);
    this.#collections.save(key, list);
    return list.size;
  }

  /**
   * Removes items that equal `value`: the first `count`, the last `-count`, or all (0). Costs a look at the items
   * and a shift of what does not stand in the longest run that stays.
   *
   * @returns how many there were
   * @throws {CommandError} WRONGTYPE
   */
  removeEqual(key: Bytes, count: number, value: Bytes): number {
    const list = this.#collections.findForWrite(key, TYPE_LIST);
    if (list === null) return 0;
    const rank = count < 0 ? -1 : 1;
    const found = this.#find(list, value, { rank, count: Math.abs(count), lengthMax: 0 });
    if (rank < 0) found.reverse();
    this.removeAt(key, list, found);
    return found.length;
  }

  /** Removes the items at these indexes, ascending, of what the key holds now. */
  removeAt(key: Bytes, list: CollectionHeader, indexes: readonly number[]): void {
    if (indexes.length === 0) return;
    if (indexes.length < list.size) {
      const head = headOf(list);
      const gaps = indexes.map((index) => head + index);
      setHead(list, closeGaps(this.#items, list.id, head, list.size, gaps));
    }
    list.size -= indexes.length;
    this.#collections.save(key, list);
  }

  /** Keeps only the items between two indexes, both included, negative from the right. @throws {CommandError} WRONGTYPE */
  trim(key: Bytes, start: number, stop: number): void {
    const list = this.#collections.findForWrite(key, TYPE_LIST);
    if (list === null) return;
    const { first, count } = clip(list.size, start, stop);
    if (count < list.size) this.#keep(key, list, first, count);
    // As in Redis, it counts as a change even where nothing is cut off.
    else this.#collections.changed(key);
  }

  /** Removes up to `count` items at an end; answers how many. @throws {CommandError} WRONGTYPE */
  trimEnd(key: Bytes, end: ListEnd, count: number): number {
    const list = this.#collections.findForWrite(key, TYPE_LIST);
    if (list === null) return 0;
    const removed = Math.min(count, list.size);
    if (removed > 0) this.#drop(key, list, end, removed);
    return removed;
  }

  /** Whether as many matches as are wanted stand among the first `lengthMax` items that are looked at. */
  hasNear(list: CollectionHeader, value: Bytes, query: PositionQuery): boolean {
    return query.count > 0 && this.#find(list, value, query).length === query.count;
  }

  /** Indexes of items that equal `value`, in the order in which they were looked at; null: no such key. */
  positions(key: Bytes, value: Bytes, query: PositionQuery): number[] | null {
    const list = this.#collections.find(key, TYPE_LIST);
    return list === null ? null : this.#find(list, value, query);
  }

  /** The list for a search in slices; null: no such key. @throws {CommandError} WRONGTYPE */
  findForSearch(key: Bytes): CollectionHeader | null {
    return this.#collections.findForWrite(key, TYPE_LIST);
  }

  /**
   * Takes the item at an end of one list and adds it at an end of another, or of the same; null: no such list.
   *
   * @throws {CommandError} WRONGTYPE of either
   */
  move(from: Bytes, to: Bytes, fromEnd: ListEnd, toEnd: ListEnd): Bytes | null {
    const source = this.#collections.findForWrite(from, TYPE_LIST);
    if (source === null) return null;
    const value = this.#items.get(source.id, seqAt(source, fromEnd));
    if (equalBytes(from, to)) {
      if (fromEnd !== toEnd && source.size > 1) this.#rotate(source, toEnd, value);
      this.#collections.save(from, source);
      return value;
    }
    this.#push(to, this.#findOrCreate(to), toEnd, [value]);
    this.#drop(from, source, fromEnd, 1);
    return value;
  }

  /** Stores a list of these items, at least one, in place of what the key held. @param expireAt ms, 0 for no TTL */
  *replacing(key: Bytes, items: Iterable<Bytes>, expireAt: number): Slices {
    const list = this.#create();
    list.expireAt = expireAt;
    for (const item of items) {
      this.#items.put(list.id, headOf(list) + list.size++, item);
      if (!endsSlice(list.size)) continue;
      this.#collections.save(key, list);
      yield;
    }
    this.#collections.save(key, list);
  }

  /** Removes the list in constant time; answers how many items it had. @throws {CommandError} WRONGTYPE */
  clear(key: Bytes): number {
    const list = this.#collections.findForWrite(key, TYPE_LIST);
    if (list === null) return 0;
    this.#collections.remove(key);
    return list.size;
  }

  /** Stores a list of these in place of what the key held; without any the key is removed. Answers how many there were. */
  replaceOrRemove(key: Bytes, values: readonly Bytes[]): number {
    if (values.length > 0) return this.#push(key, this.#create(), "right", values);
    if (this.#keys.findForWrite(key) !== null) this.#collections.remove(key);
    return 0;
  }

  #findOrCreate(key: AnyBytes): CollectionHeader {
    const found = this.#collections.findForWrite(key, TYPE_LIST);
    return found ?? this.#create();
  }

  #create(): CollectionHeader {
    const list = this.#collections.create(TYPE_LIST, new Uint8Array(HEAD_BYTES));
    setHead(list, FIRST_SEQ);
    return list;
  }

  #push(key: AnyBytes, list: CollectionHeader, end: ListEnd, values: readonly AnyBytes[]): number {
    const count = values.length;
    requireRoom(list, end, count);
    const { id } = list;
    let seq = end === "left" ? headOf(list) : headOf(list) + list.size;
    if (end === "left") {
      for (let i = 0; i < count; i++) this.#items.put(id, --seq, values[i]!);
      setHead(list, seq);
    } else {
      for (let i = 0; i < count; i++) this.#items.put(id, seq++, values[i]!);
    }
    list.size += count;
    this.#collections.save(key, list);
    return list.size;
  }

  /** The row of the last item need not be deleted: it goes with the list. */
  #drop(key: Bytes, list: CollectionHeader, end: ListEnd, count: number): void {
    this.#keep(key, list, end === "left" ? count : 0, list.size - count);
  }

  /** Removes all but `count` items from index `first` on. */
  #keep(key: Bytes, list: CollectionHeader, first: number, count: number): void {
    const removed = list.size - count;
    if (count > 0 && removed > Math.max(count, REMOVED_SINGLY_MAX)) {
      this.#moveToNew(key, list, first, count);
      return;
    }
    const head = headOf(list);
    const { id, size } = list;
    if (count > 0) {
      for (let index = 0; index < first; index++) this.#items.delete(id, head + index);
      for (let index = first + count; index < size; index++) this.#items.delete(id, head + index);
    }
    setHead(list, head + first);
    list.size = count;
    this.#collections.save(key, list);
  }

  /** Leaves the rows of the others to the flush worker, which removes the old list as a whole. */
  #moveToNew(key: Bytes, list: CollectionHeader, first: number, count: number): void {
    const moved = this.#create();
    const shift = FIRST_SEQ - headOf(list) - first;
    this.#items.each(list.id, headOf(list) + first, count, 1, (value, seq) => {
      this.#items.put(moved.id, seq + shift, value);
      return true;
    });
    moved.size = count;
    moved.expireAt = list.expireAt;
    this.#collections.save(key, moved);
  }

  #rotate(list: CollectionHeader, toEnd: ListEnd, value: Bytes): void {
    requireRoom(list, toEnd, 1);
    const head = headOf(list);
    const tail = head + list.size;
    this.#items.put(list.id, toEnd === "left" ? head - 1 : tail, value);
    this.#items.delete(list.id, toEnd === "left" ? tail - 1 : head);
    setHead(list, toEnd === "left" ? head - 1 : head + 1);
  }

  #insertAt(list: CollectionHeader, index: number, value: Bytes): void {
    const head = headOf(list);
    const { id, size } = list;
    const shiftsLeft = index < size - index;
    requireRoom(list, shiftsLeft ? "left" : "right", 1);
    const step = shiftsLeft ? 1 : -1;
    const from = shiftsLeft ? head : head + size - 1;
    this.#items.each(id, from, shiftsLeft ? index : size - index, step, (item, seq) => {
      this.#items.put(id, seq - step, item);
      return true;
    });
    this.#items.put(id, shiftsLeft ? head + index - 1 : head + index, value);
    if (shiftsLeft) setHead(list, head - 1);
    list.size++;
  }

  #read(id: number, seq: number, count: number, step: 1 | -1, budget = UNLIMITED): Stretch[] {
    const values: Stretch[] = [];
    this.#items.each(id, seq, count, step, (value) => {
      budget.spend(value.length);
      values.push(value);
      return true;
    });
    return values;
  }

  /** Indexes of items that equal `value`, in the order in which they were looked at. */
  #find(list: CollectionHeader, value: Bytes, query: PositionQuery): number[] {
    const { rank, lengthMax } = query;
    const search = new PositionSearch(value, query);
    const head = headOf(list);
    const from = seqAt(list, rank < 0 ? "right" : "left");
    const length = lengthMax === 0 ? list.size : Math.min(lengthMax, list.size);
    this.#items.each(list.id, from, length, rank < 0 ? -1 : 1, (item, seq) =>
      search.look(item.buffer, item.start, item.end, seq - head),
    );
    return search.found;
  }
}

function headOf(list: CollectionHeader): number {
  return readU48(list.extra, 0);
}

function setHead(list: CollectionHeader, seq: number): void {
  writeU48(list.extra, 0, seq);
}

/** Sequence number of the item at an end. */
function seqAt(list: CollectionHeader, end: ListEnd): number {
  return end === "left" ? headOf(list) : headOf(list) + list.size - 1;
}

/** Sequence number of the item at an index, negative from the right; null: beyond an end. */
function seqOf(list: CollectionHeader, index: number): number | null {
  if (!Number.isInteger(index)) throw new CommandError(errors.notInteger);
  const at = index < 0 ? index + list.size : index;
  return at >= 0 && at < list.size ? headOf(list) + at : null;
}

/** The part of a list of `size` items between two indexes, both included, negative from the right. */
export function clip(size: number, start: number, stop: number): { first: number; count: number } {
  const first = Math.max(start < 0 ? start + size : start, 0);
  const last = Math.min(stop < 0 ? stop + size : stop, size - 1);
  return first > last ? { first: 0, count: 0 } : { first, count: last - first + 1 };
}

/** Sequence numbers end after 2^47 more pushes at one end than pops at the other. */
function requireRoom(list: CollectionHeader, end: ListEnd, count: number): void {
  const head = headOf(list);
  const fits = end === "left" ? head >= count : head + list.size + count <= SEQ_END;
  if (!fits) throw new CommandError(errors.listFull);
}
