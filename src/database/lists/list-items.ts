/**
 * The items of lists: element rows whose `rest` is the item's sequence number, u48be. A list's items have
 * consecutive numbers, so an item is addressed by its place without a look at the others.
 */
import type { Bytes } from "../../bytes/bytes.ts";
import { type AnyBytes, Stretch } from "../../bytes/stretch.ts";
import type { Keyspace } from "../../keyspace/keyspace.ts";
import { KIND_LIST, writeU48 } from "../../keyspace/rows/row-key.ts";
import type { Collections } from "../collections/collections.ts";
import { FIRST_ROWS } from "../collections/reading-budget.ts";

/** Sequence numbers are below this. */
export const SEQ_END = 2 ** 48;
/** Where the first item of a new list stands: lists grow at both ends. */
export const FIRST_SEQ = SEQ_END / 2;
const SEQ_BYTES = 6;

/** Behind an item that was not in memory, more than so many others are read from SQLite in pages. */
const SINGLE_ITEMS_MAX = 4;
/** Items of one page, in bytes, if they are as long as the first one. */
const PAGE_BYTES = 64 << 10;

/** Takes one item; false ends the reading. The value is valid until the turn ends or its row is written. */
export type VisitItem = (value: Stretch, seq: number) => boolean;

export class ListItems {
  readonly #collections: Collections;
  readonly #keyspace: Keyspace;
  readonly #seq = new Uint8Array(SEQ_BYTES);

  constructor(collections: Collections, keyspace: Keyspace) {
    this.#collections = collections;
    this.#keyspace = keyspace;
  }

  /** Value of an item of list `id`, as a view. REQUIRES: there is such an item. */
  get(id: number, seq: number): Bytes {
    return this.#stretch(id, seq).view();
  }

  /** Stores an item. `value` must not be a view of the same item. */
  put(id: number, seq: number, value: AnyBytes): void {
    this.#collections.put(KIND_LIST, id, this.#rest(seq), value);
  }

  delete(id: number, seq: number): void {
    this.#collections.delete(KIND_LIST, id, this.#rest(seq));
  }

  /**
   * Reads `count` items from `seq` on, upwards (`step` 1) or downwards (-1), until `visit` answers false. Items in
   * memory cost a look-up each. `visit` may write and delete items that were visited before, and this one.
   *
   * REQUIRES: all of them are there.
   */
  each(id: number, seq: number, count: number, step: 1 | -1, visit: VisitItem): void {
    const keyspace = this.#keyspace;
    let at = seq;
    for (let left = count; left > 0; left--) {
      const before = keyspace.statementCount;
      const value = this.#stretch(id, at);
      if (!visit(value, at)) return;
      at += step;
      if (keyspace.statementCount === before || left - 1 <= SINGLE_ITEMS_MAX) continue;
      const expected = Math.max(FIRST_ROWS, Math.floor(PAGE_BYTES / (value.length + 1)));
      this.#walk(id, at, left - 1, step, Math.min(expected, left - 1), visit);
      return;
    }
  }

  #stretch(id: number, seq: number): Stretch {
    const value = this.#collections.stretch(KIND_LIST, id, this.#rest(seq));
    if (value === null) throw new Error(`list ${id} has no item ${seq}`);
    return value;
  }

  #walk(
    id: number,
    seq: number,
    count: number,
    step: 1 | -1,
    expected: number,
    visit: VisitItem,
  ): void {
    const range = seqRange(step > 0 ? seq : seq - count + 1, count);
    const walk = this.#collections.walk(KIND_LIST, id, { ...range, reverse: step < 0, expected });
    for (let i = 0; i < count; i++) {
      if (!walk.next()) throw new Error(`list ${id} has no item ${seq + i * step}`);
      if (!visit(new Stretch(walk.value, 0, walk.value.length), seq + i * step)) return;
    }
  }

  /** One buffer, used again and again. */
  #rest(seq: number): Bytes {
    writeU48(this.#seq, 0, seq);
    return this.#seq;
  }
}

/** Where the rows of `count` items from `from` on stand. */
export function seqRange(from: number, count: number): { from: Bytes; to: Bytes | null } {
  const end = from + count;
  return { from: restOf(from), to: end === SEQ_END ? null : restOf(end) };
}

function restOf(seq: number): Bytes {
  const rest = new Uint8Array(SEQ_BYTES);
  writeU48(rest, 0, seq);
  return rest;
}
