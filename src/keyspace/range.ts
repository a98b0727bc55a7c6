/**
 * Rows between two keys, merged from the layers: the newest generation that knows a row decides, SQLite
 * comes last. Pages of rows are fetched from SQLite as the walk goes on, so memory does not grow with it.
 */
import { type Bytes, compareBytes, copyBytes } from "../bytes/bytes.ts";
import { numberOf, prefixBytes } from "./row-key.ts";
import { RowValue } from "./row-value.ts";
import type { StoreReader } from "./store-reader.ts";

export interface RangeBounds {
  /** First row key, inclusive; it also says which kind and number are walked. */
  readonly from: Bytes;
  /** First row key behind the range; null: to the end of that kind and number. */
  readonly to: Bytes | null;
  /** Against key order, from the end of the range. */
  readonly reverse: boolean;
}

/** A generation as far as a walk has to know it. */
export interface RangeSource {
  /** Rows of one kind and number in key order. */
  ordered(kind: number, number: number): RowOrder;
  keyOf(row: number): Bytes;
  readValue(row: number, value: RowValue): boolean;
}

export interface RowOrder {
  /** Row numbers in key order. */
  readonly rows: Uint32Array;
  /** Index in `rows` of the first key >= `key`. */
  lowerBound(key: Bytes): number;
}

/** One layer's rows, in the walk's order. */
interface Layer {
  /** Key that the layer stands at; null when it has no more. */
  readonly key: Bytes | null;
  /** Value at that key; null for a row deleted there. */
  readValue(): Bytes | null;
  advance(): void;
}

const PAGE_MIN = 16;
const PAGE_MAX = 512;
/** A page of large rows has fewer of them: about so many bytes. */
const PAGE_BYTES = 256 << 10;

class GenerationLayer implements Layer {
  readonly #generation: RangeSource;
  readonly #rows: Uint32Array;
  readonly #step: number;
  readonly #last: number;
  readonly #value = new RowValue();
  #at: number;
  key: Bytes | null = null;

  constructor(generation: RangeSource, bounds: RangeBounds) {
    this.#generation = generation;
    const ordered = generation.ordered(bounds.from[0]!, numberOf(bounds.from, 0));
    this.#rows = ordered.rows;
    const first = ordered.lowerBound(bounds.from);
    const end = bounds.to === null ? this.#rows.length : ordered.lowerBound(bounds.to);
    this.#step = bounds.reverse ? -1 : 1;
    this.#at = bounds.reverse ? end - 1 : first;
    this.#last = bounds.reverse ? first - 1 : end;
    this.#look();
  }

  readValue(): Bytes | null {
    const value = this.#value;
    if (!this.#generation.readValue(this.#rows[this.#at]!, value)) return null;
    return value.buffer.subarray(value.start, value.end);
  }

  advance(): void {
    this.#at += this.#step;
    this.#look();
  }

  #look(): void {
    const more = this.#step > 0 ? this.#at < this.#last : this.#at > this.#last;
    this.key = more ? this.#generation.keyOf(this.#rows[this.#at]!) : null;
  }
}

class SqliteLayer implements Layer {
  readonly #reader: StoreReader;
  readonly #prefix: Bytes;
  readonly #reverse: boolean;
  #from: Bytes;
  #to: Bytes | null;
  #page: { rest: Uint8Array; value: Uint8Array }[] = [];
  #at = 0;
  #pageRows: number;
  #exhausted = false;
  key: Bytes | null = null;

  constructor(reader: StoreReader, bounds: RangeBounds, pageRows: number) {
    this.#reader = reader;
    this.#prefix = copyBytes(bounds.from.subarray(0, prefixBytes(bounds.from[0]!)));
    this.#reverse = bounds.reverse;
    this.#from = bounds.from;
    this.#to = bounds.to;
    this.#pageRows = pageRows;
    this.#fetch();
  }

  readValue(): Bytes | null {
    return this.#page[this.#at]!.value;
  }

  advance(): void {
    this.#at++;
    if (this.#at < this.#page.length) {
      this.#look();
      return;
    }
    if (this.#exhausted) {
      this.key = null;
      return;
    }
    const last = this.key!;
    if (this.#reverse) this.#to = last;
    else this.#from = Buffer.concat([last, ZERO]);
    this.#pageRows = Math.min(PAGE_MAX, this.#pageRows * 2, this.#rowsPerPage());
    this.#fetch();
  }

  #fetch(): void {
    this.#page = this.#reader.range(this.#from, this.#to, this.#pageRows, this.#reverse);
    this.#exhausted = this.#page.length < this.#pageRows;
    this.#at = 0;
    if (this.#page.length === 0) this.key = null;
    else this.#look();
  }

  /** Rows of the size of those in the present page that make a page of PAGE_BYTES. */
  #rowsPerPage(): number {
    let bytes = 1;
    for (const { rest, value } of this.#page) bytes += rest.length + value.length;
    return Math.max(1, Math.floor((PAGE_BYTES * this.#page.length) / bytes));
  }

  #look(): void {
    this.key = Buffer.concat([this.#prefix, this.#page[this.#at]!.rest]);
  }
}

const ZERO = new Uint8Array(1);

/** A walk over a range; see Keyspace.range. Not valid beyond the turn that began it. */
export class RangeWalk {
  readonly #layers: Layer[];
  readonly #direction: number;
  /** Whole key of the row that the walk stands at, as a view. */
  key: Bytes = new Uint8Array(0);
  /** Value of that row, as a view. */
  value: Bytes = new Uint8Array(0);

  /**
   * @param generations newest first
   * @param expectedRows how many rows the caller is likely to take: the first page's size
   */
  constructor(
    generations: readonly RangeSource[],
    reader: StoreReader,
    bounds: RangeBounds,
    expectedRows: number,
  ) {
    const pageRows = Math.max(PAGE_MIN, Math.min(PAGE_MAX, expectedRows));
    this.#direction = bounds.reverse ? -1 : 1;
    this.#layers = [
      ...generations.map((generation) => new GenerationLayer(generation, bounds)),
      new SqliteLayer(reader, bounds, pageRows),
    ];
  }

  /** Moves to the next row; false at the end. */
  next(): boolean {
    for (;;) {
      const newest = this.#nearest();
      if (newest === null) return false;
      const key = newest.key!;
      const value = newest.readValue();
      for (const layer of this.#layers) {
        if (layer !== newest && layer.key !== null && compareBytes(layer.key, key) === 0) {
          layer.advance();
        }
      }
      newest.advance();
      if (value === null) continue;
      this.key = key;
      this.value = value;
      return true;
    }
  }

  /** The first of the layers that stand at the smallest key of all (the greatest in reverse). */
  #nearest(): Layer | null {
    let nearest: Layer | null = null;
    for (const layer of this.#layers) {
      if (layer.key === null) continue;
      if (nearest === null || compareBytes(layer.key, nearest.key!) * this.#direction < 0) {
        nearest = layer;
      }
    }
    return nearest;
  }
}
