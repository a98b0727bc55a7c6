/**
 * A generation's rows of one kind and number, sorted: made when somebody first asks for a range of them,
 * and brought up to date, by merging in what is new, when somebody asks again.
 */
import { compareBytes } from "../../bytes/bytes.ts";
import { KIND_KEY, numberOf } from "../rows/row-key.ts";
import { sortRows } from "../rows/row-sort.ts";
import type { Generation } from "./generation.ts";
import { NO_ROW } from "./row-layout.ts";

export class OrderedRows {
  readonly #generation: Generation;
  readonly #kind: number;
  readonly #number: number;
  /** Row numbers in key order. */
  rows = new Uint32Array(0);
  /** Begins with `rows`, and has room for more behind them. */
  #room = this.rows;
  /** Rows below this number are in `rows`. */
  #seen = 0;

  constructor(generation: Generation, kind: number, number: number) {
    this.#generation = generation;
    this.#kind = kind;
    this.#number = number;
  }

  /** Merges in the rows that came since the last call. */
  refresh(): void {
    const fresh = this.#kind > KIND_KEY ? this.#freshOfCollection() : this.#freshOfAll();
    this.#seen = this.#generation.rowCount;
    if (fresh.length === 0) return;
    const added = Uint32Array.from(fresh);
    sortRows(this.#generation, added);
    const last = this.rows.at(-1);
    const isBehind = last === undefined || this.#compare(last, added[0]!) < 0;
    if (isBehind) this.#append(added);
    else this.#room = this.rows = this.#merge(this.rows, added);
  }

  #compare(row: number, other: number): number {
    return compareBytes(this.#generation.keyOf(row), this.#generation.keyOf(other));
  }

  /** Where rows come in order, as in a stream, the others need not be copied each time. */
  #append(added: Uint32Array): void {
    const { length } = this.rows;
    const needed = length + added.length;
    if (needed > this.#room.length) {
      this.#room = new Uint32Array(Math.max(needed, length * 2));
      this.#room.set(this.rows);
    }
    this.#room.set(added, length);
    this.rows = this.#room.subarray(0, needed);
  }

  /** Index in `rows` of the first key >= `key`. */
  lowerBound(key: Uint8Array): number {
    return lowerBoundOf(this.#generation, this.rows, 0, key);
  }

  #freshOfCollection(): number[] {
    const generation = this.#generation;
    const fresh: number[] = [];
    let row = generation.chainOf(this.#number);
    while (row !== NO_ROW && row >= this.#seen) {
      if (this.#belongs(row)) fresh.push(row);
      row = generation.nextInChain(row);
    }
    return fresh;
  }

  #freshOfAll(): number[] {
    const fresh: number[] = [];
    for (let row = this.#seen; row < this.#generation.rowCount; row++) {
      if (this.#belongs(row)) fresh.push(row);
    }
    return fresh;
  }

  #belongs(row: number): boolean {
    const buffer = this.#generation.keyBuffer(row);
    const start = this.#generation.keyStart(row);
    return buffer[start] === this.#kind && numberOf(buffer, start) === this.#number;
  }

  #merge(old: Uint32Array, added: Uint32Array): Uint32Array<ArrayBuffer> {
    const merged = new Uint32Array(old.length + added.length);
    let from = 0;
    let out = 0;
    for (const row of added) {
      const place = lowerBoundOf(this.#generation, old, from, this.#generation.keyOf(row));
      merged.set(old.subarray(from, place), out);
      out += place - from;
      from = place;
      merged[out++] = row;
    }
    merged.set(old.subarray(from), out);
    return merged;
  }
}

/** Index in the sorted `rows`, at `from` or behind it, of the first key >= `key`. */
export function lowerBoundOf(
  generation: Generation,
  rows: Uint32Array,
  from: number,
  key: Uint8Array,
): number {
  let low = from;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareBytes(generation.keyOf(rows[middle]!), key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
