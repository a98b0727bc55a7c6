/** Reading the element rows of collections, as they are now or as they were when a snapshot was taken. */
import { type Bytes, concatBytes } from "../../bytes/bytes.ts";
import { Stretch } from "../../bytes/stretch.ts";
import type { RangeWalk } from "../../keyspace/range.ts";
import { ELEMENT_PREFIX_BYTES, RowKey, writeU48 } from "../../keyspace/rows/row-key.ts";
import { RowValue } from "../../keyspace/rows/row-value.ts";

/** What rows are read from: the keyspace or a snapshot of it. */
export interface RowSource {
  get(key: RowKey, value: RowValue): boolean;
  range(from: Bytes, to: Bytes | null, reverse: boolean, expectedRows: number): RangeWalk;
}

export interface ElementRange {
  /** First `rest`, inclusive; missing: from the start. */
  readonly from?: Bytes;
  /** First `rest` behind the range; missing or null: to the end. */
  readonly to?: Bytes | null;
  readonly reverse?: boolean;
  /** How many elements the caller is likely to take. */
  readonly expected?: number;
}

export class Elements {
  readonly #rows: RowSource;
  readonly #key = new RowKey();
  readonly #value = new RowValue();

  constructor(rows: RowSource) {
    this.#rows = rows;
  }

  /** Value of an element row, as a view until the row is written or the turn ends; null: no such row. */
  get(kind: number, id: number, rest: Bytes): Bytes | null {
    const value = this.#value;
    if (!this.#rows.get(this.#key.element(kind, id, rest), value)) return null;
    return value.buffer.subarray(value.start, value.end);
  }

  /** As `get`, without a view. */
  stretch(kind: number, id: number, rest: Bytes): Stretch | null {
    const value = this.#value;
    if (!this.#rows.get(this.#key.element(kind, id, rest), value)) return null;
    return new Stretch(value.buffer, value.start, value.end);
  }

  has(kind: number, id: number, rest: Bytes): boolean {
    return this.#rows.get(this.#key.element(kind, id, rest), this.#value);
  }

  /** Walks element rows in order of `rest`; valid until the turn ends. */
  walk(kind: number, id: number, range: ElementRange = {}): RangeWalk {
    const prefix = elementPrefix(kind, id);
    const from = range.from === undefined ? prefix : concatBytes(prefix, range.from);
    const to = range.to == null ? null : concatBytes(prefix, range.to);
    return this.#rows.range(from, to, range.reverse ?? false, range.expected ?? 16);
  }
}

function elementPrefix(kind: number, id: number): Bytes {
  const prefix = new Uint8Array(ELEMENT_PREFIX_BYTES);
  prefix[0] = kind;
  writeU48(prefix, 1, id);
  return prefix;
}
