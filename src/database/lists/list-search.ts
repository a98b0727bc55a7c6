/** Looks for the items of a list that equal a value, from either end, in rows of the list or of a snapshot of it. */
import { type Bytes, equalRange } from "../../bytes/bytes.ts";
import { KIND_LIST, readU48 } from "../../keyspace/rows/row-key.ts";
import type { CollectionHeader } from "../collections/collections.ts";
import type { Elements } from "../collections/elements.ts";
import { seqRange } from "./list-items.ts";

/** What `LPOS` looks for. */
export interface PositionQuery {
  /** Which match is the first to be answered: 1 the first, 2 the second ... -1 the last, -2 the one before. Not 0. */
  readonly rank: number;
  /** Most matches to answer; 0: all. */
  readonly count: number;
  /** Most items to look at; 0: all. */
  readonly lengthMax: number;
}

/** Takes matches until there are enough. */
export class PositionSearch {
  readonly #value: Bytes;
  readonly #count: number;
  #skip: number;
  /** Indexes, in the order in which they were found. */
  readonly found: number[] = [];

  constructor(value: Bytes, { rank, count }: PositionQuery) {
    this.#value = value;
    this.#count = count;
    this.#skip = Math.abs(rank) - 1;
  }

  /** Looks at the next item, bytes of `buffer`; false when no more are wanted. */
  look(buffer: Bytes, start: number, end: number, index: number): boolean {
    const value = this.#value;
    if (!equalRange(buffer, start, end, value, 0, value.length)) return true;
    if (this.#skip > 0) {
      this.#skip--;
      return true;
    }
    this.found.push(index);
    return this.found.length !== this.#count;
  }
}

/** Indexes of items that equal `value`, in the order in which they were looked at; yields after each item. */
export function* searchList(
  rows: Elements,
  { id, size, extra }: CollectionHeader,
  value: Bytes,
  query: PositionQuery,
): Generator<void, number[], void> {
  const search = new PositionSearch(value, query);
  const length = query.lengthMax === 0 ? size : Math.min(query.lengthMax, size);
  const reverse = query.rank < 0;
  const first = reverse ? size - length : 0;
  const range = seqRange(readU48(extra, 0) + first, length);
  const walk = rows.walk(KIND_LIST, id, { ...range, reverse });
  for (let passed = 0; passed < length; passed++) {
    if (!walk.next()) throw new Error(`list ${id} has no item ${passed}`);
    const { value: item } = walk;
    if (!search.look(item, 0, item.length, reverse ? size - 1 - passed : passed)) break;
    yield;
  }
  return search.found;
}
