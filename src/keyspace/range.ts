/**
 * Rows between two keys, merged from the layers: the newest generation that knows a row decides, SQLite
 * comes last. Pages of rows are fetched from SQLite as the walk goes on, so memory does not grow with it.
 */
import { type Bytes, compareBytes, concatBytes, copyBytes, EMPTY } from "../bytes/bytes.ts";
import { numberOf, prefixBytes } from "./rows/row-key.ts";
import { RowValue } from "./rows/row-value.ts";
import type { StoreReader } from "./sqlite/store-reader.ts";

export interface RangeBounds {
  /** First row key, inclusive; it also says which kind and number are walked. */
  readonly from: Bytes;
  /** First row key behind the range; null: to the end of that kind and number. */
  readonly to: Bytes | null;
  /** Against key order, from the end of the range. */
  readonly reverse: boolean;
  /** How many of the first rows are left out, of those that are there. */
  readonly skip?: number;
}

/** A generation as far as a walk has to know it. */
export interface RangeSource {
  /** Rows of one kind and number in key order. */
  ordered(kind: number, number: number): RowOrder;
  /** A row's key, without its first `skip` bytes. */
  keyOf(row: number, skip: number): Bytes;
  readValue(row: number, value: RowValue): boolean;
}

export interface RowOrder {
  /** Row numbers in key order. */
  readonly rows: Uint32Array;
  /** Index in `rows` of the first key >= `key`. */
  lowerBound(key: Bytes): number;
}

/** One layer's rows, in the walk's order. All of them have the prefix of the walk's kind and number. */
interface Layer {
  /** The key that the layer stands at, behind the prefix; null when it has no more. */
  readonly rest: Bytes | null;
  /** Value at that key; null for a row deleted there. */
  readValue(): Bytes | null;
  advance(): void;
}

const PAGE_MAX = 512;
/** A page of large rows has fewer of them: about so many bytes. */
const PAGE_BYTES = 256 << 10;

class GenerationLayer implements Layer {
  readonly #generation: RangeSource;
  readonly #rows: Uint32Array;
  readonly #step: number;
  readonly #last: number;
  readonly #skip: number;
  readonly #value = new RowValue();
  #at: number;
  rest: Bytes | null = null;

  constructor(generation: RangeSource, bounds: RangeBounds) {
    this.#generation = generation;
    const ordered = generation.ordered(bounds.from[0]!, numberOf(bounds.from, 0));
    this.#rows = ordered.rows;
    const first = ordered.lowerBound(bounds.from);
    const end = bounds.to === null ? this.#rows.length : ordered.lowerBound(bounds.to);
    this.#skip = prefixBytes(bounds.from[0]!);
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
    this.rest = more ? this.#generation.keyOf(this.#rows[this.#at]!, this.#skip) : null;
  }
}

class SqliteLayer implements Layer {
  readonly #reader: StoreReader;
  readonly #prefix: Bytes;
  readonly #reverse: boolean;
  #from: Bytes;
  #to: Bytes | null;
  #page: { rest: Uint8Array; value?: Uint8Array }[] = [];
  #at = 0;
  #pageRows: number;
  #exhausted = false;
  rest: Bytes | null = null;

  /** @param skip how many of its first rows are left out */
  constructor(reader: StoreReader, bounds: RangeBounds, pageRows: number, skip: number) {
    this.#reader = reader;
    this.#prefix = copyBytes(bounds.from.subarray(0, prefixBytes(bounds.from[0]!)));
    this.#reverse = bounds.reverse;
    this.#from = bounds.from;
    this.#to = bounds.to;
    this.#pageRows = pageRows;
    this.#fetch(skip);
  }

  readValue(): Bytes | null {
    return this.#page[this.#at]!.value ?? EMPTY;
  }

  advance(): void {
    this.#at++;
    if (this.#at < this.#page.length) {
      this.#look();
      return;
    }
    if (this.#exhausted) {
      this.rest = null;
      return;
    }
    const last = this.rest!;
    if (this.#reverse) this.#to = concatBytes(this.#prefix, last);
    else this.#from = concatBytes(this.#prefix, last, ZERO);
    this.#pageRows = Math.min(PAGE_MAX, this.#pageRows * 2, this.#rowsPerPage());
    this.#fetch();
  }

  #fetch(skip = 0): void {
    this.#page = this.#reader.range(this.#from, this.#to, this.#pageRows, this.#reverse, skip);
    this.#exhausted = this.#page.length < this.#pageRows;
    this.#at = 0;
    this.#look();
  }

  /** Rows of the size of those in the present page that make a page of PAGE_BYTES. */
  #rowsPerPage(): number {
    let bytes = 1;
    for (const { rest, value } of this.#page) bytes += rest.length + (value?.length ?? 0);
    return Math.max(1, Math.floor((PAGE_BYTES * this.#page.length) / bytes));
  }

  #look(): void {
    this.rest = this.#page[this.#at]?.rest ?? null;
  }
}

const ZERO = new Uint8Array(1);

function hasMore({ rest }: Layer): boolean {
  return rest !== null;
}

/** A walk over a range; see Keyspace.range. Not valid beyond the turn that began it. */
export class RangeWalk {
  /** Those that have rows left, the newest first. */
  #layers: Layer[];
  readonly #direction: number;
  readonly #prefix: Bytes;
  /** Key of the row that the walk stands at, behind its kind and number, as a view. */
  rest: Bytes = EMPTY;
  /** Value of that row, as a view. */
  value: Bytes = EMPTY;

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
    // One more, so that the step behind the last row that is wanted does not begin another page.
    const pageRows = Math.max(1, Math.min(PAGE_MAX, expectedRows)) + 1;
    this.#direction = bounds.reverse ? -1 : 1;
    this.#prefix = copyBytes(bounds.from.subarray(0, prefixBytes(bounds.from[0]!)));
    const inMemory = generations
      .map((generation) => new GenerationLayer(generation, bounds))
      .filter(hasMore);
    // Where SQLite alone has rows it passes them itself, which costs it little.
    const skip = bounds.skip ?? 0;
    const skipsInSqlite = inMemory.length === 0;
    const stored = new SqliteLayer(reader, bounds, pageRows, skipsInSqlite ? skip : 0);
    this.#layers = [...inMemory, stored].filter(hasMore);
    if (!skipsInSqlite) for (let skipped = 0; skipped < skip && this.next(); skipped++);
  }

  /** Whole key of the row that the walk stands at, in bytes of its own. */
  get key(): Bytes {
    return concatBytes(this.#prefix, this.rest);
  }

  /** Moves to the next row; false at the end. */
  next(): boolean {
    for (;;) {
      if (this.#layers.length <= 1) return this.#nextOfOne();
      const newest = this.#nearest();
      const rest = newest.rest!;
      const value = newest.readValue();
      for (const layer of this.#layers) {
        if (layer !== newest && compareBytes(layer.rest!, rest) === 0) {
          layer.advance();
        }
      }
      newest.advance();
      if (!this.#layers.every(hasMore)) this.#layers = this.#layers.filter(hasMore);
      if (value === null) continue;
      this.rest = rest;
      this.value = value;
      return true;
    }
  }

  /** `next` where at most one layer has rows left: nothing is to be merged. */
  #nextOfOne(): boolean {
    const layer = this.#layers[0];
    while (layer !== undefined && layer.rest !== null) {
      const { rest } = layer;
      const value = layer.readValue();
      layer.advance();
      if (value === null) continue;
      this.rest = rest;
      this.value = value;
      return true;
    }
    return false;
  }

  /** The first of the layers that stand at the smallest key of all (the greatest in reverse). REQUIRES: there is one. */
  #nearest(): Layer {
    let nearest = this.#layers[0]!;
    for (let i = 1; i < this.#layers.length; i++) {
      const layer = this.#layers[i]!;
      if (compareBytes(layer.rest!, nearest.rest!) * this.#direction < 0) nearest = layer;
    }
    return nearest;
  }
}
