/**
 * A frozen generation's rows of one kind and number, sorted a slice at a time: what OrderedRows does at once
 * would hold up everybody else for a large collection.
 */
import { compareRange } from "../../bytes/bytes.ts";
import { numberOf } from "../rows/row-key.ts";
import { sortRows } from "../rows/row-sort.ts";
import type { Generation } from "./generation.ts";
import { lowerBoundOf } from "./ordered-rows.ts";
import { NO_ROW } from "./row-layout.ts";

/** Rows sorted at once: about a millisecond. */
const RUN_ROWS = 1024;
/** Rows collected or merged between two looks at the time. */
const STEP_ROWS = 512;

export class SlicedOrder {
  readonly #generation: Generation;
  readonly #kind: number;
  readonly #number: number;
  readonly #work: Generator<void>;
  /** Row numbers in key order, once `step` has answered true. */
  rows = new Uint32Array(0);

  /** @param generation takes no more rows @param number of a collection */
  constructor(generation: Generation, kind: number, number: number) {
    this.#generation = generation;
    this.#kind = kind;
    this.#number = number;
    this.#work = this.#sort();
  }

  /** Goes on until `isTimeUp`; true when the rows are sorted. */
  step(isTimeUp: () => boolean): boolean {
    while (this.#work.next().done !== true) if (isTimeUp()) return false;
    return true;
  }

  /** Index in `rows` of the first key >= `key`. */
  lowerBound(key: Uint8Array): number {
    return lowerBoundOf(this.#generation, this.rows, 0, key);
  }

  *#sort(): Generator<void> {
    const found: number[] = [];
    const generation = this.#generation;
    let count = 0;
    let row = generation.chainOf(this.#number);
    for (; row !== NO_ROW; row = generation.nextInChain(row)) {
      if (this.#belongs(row)) found.push(row);
      if (++count % STEP_ROWS === 0) yield;
    }
    // The chain leads from the newest to the oldest: what arrived in order is in order then.
    let rows = Uint32Array.from(found.reverse());
    for (let start = 0; start < rows.length; start += RUN_ROWS) {
      sortRows(generation, rows, start, Math.min(start + RUN_ROWS, rows.length));
      yield;
    }
    let spare = new Uint32Array(rows.length);
    for (let width = RUN_ROWS; width < rows.length; width *= 2) {
      for (let start = 0; start < rows.length; start += 2 * width) {
        const middle = Math.min(start + width, rows.length);
        yield* this.#merge(rows, spare, start, middle, Math.min(middle + width, rows.length));
      }
      [rows, spare] = [spare, rows];
    }
    this.rows = rows;
  }

  /** Merges the sorted `rows[start, middle)` and `rows[middle, end)` into `target[start, end)`. */
  *#merge(
    rows: Uint32Array,
    target: Uint32Array,
    start: number,
    middle: number,
    end: number,
  ): Generator<void> {
    if (middle === end || this.#compare(rows[middle - 1]!, rows[middle]!) < 0) {
      target.set(rows.subarray(start, end), start);
      yield;
      return;
    }
    let left = start;
    let right = middle;
    for (let out = start; out < end; out++) {
      const takesLeft =
        right === end || (left < middle && this.#compare(rows[left]!, rows[right]!) < 0);
      target[out] = takesLeft ? rows[left++]! : rows[right++]!;
      if (out % STEP_ROWS === 0) yield;
    }
  }

  #compare(a: number, b: number): number {
    const generation = this.#generation;
    return compareRange(
      generation.keyBuffer(a),
      generation.keyStart(a),
      generation.keyEnd(a),
      generation.keyBuffer(b),
      generation.keyStart(b),
      generation.keyEnd(b),
    );
  }

  #belongs(row: number): boolean {
    const buffer = this.#generation.keyBuffer(row);
    const start = this.#generation.keyStart(row);
    return buffer[start] === this.#kind && numberOf(buffer, start) === this.#number;
  }
}
