/**
 * Cursors of SCAN and its kin: numbers that stand for positions in key order. A position is the last key (or
 * field, or member) that was looked at, and clients can only hold numbers, so the server remembers which is
 * which, for as long as there is room: the least recently used are forgotten first.
 */
import { type Bytes, copyBytes, mapKey } from "../../bytes/bytes.ts";

export interface ScanCursorLimits {
  readonly entriesMax: number;
  /** Bytes of all positions together. */
  readonly bytesMax: number;
}

const LIMITS: ScanCursorLimits = { entriesMax: 100_000, bytesMax: 8 << 20 };

export class ScanCursors {
  readonly #limits: ScanCursorLimits;
  /** By cursor, the least recently used first. */
  readonly #positions = new Map<number, Bytes>();
  /** The same the other way round: one position has one cursor, however often it is scanned. */
  readonly #cursors = new Map<string, number>();
  #bytes = 0;
  /** Starts anywhere, so that a cursor of an earlier process is unknown here instead of meaning something else. */
  #next = 1 + Math.floor(Math.random() * 2 ** 40);

  constructor(limits: ScanCursorLimits = LIMITS) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#positions.size;
  }

  /** A cursor for this position, never 0. The newest one is always kept, however long it is. */
  add(position: Bytes): number {
    const name = mapKey(position);
    const known = this.#cursors.get(name);
    if (known !== undefined) {
      this.#touch(known, this.#positions.get(known)!);
      return known;
    }
    const cursor = this.#next++;
    this.#positions.set(cursor, copyBytes(position));
    this.#cursors.set(name, cursor);
    this.#bytes += position.length;
    this.#shrink();
    return cursor;
  }

  /** The position that the cursor stands for, or null when it is not known (any more). */
  find(cursor: number): Bytes | null {
    const position = this.#positions.get(cursor);
    if (position === undefined) return null;
    this.#touch(cursor, position);
    return position;
  }

  #touch(cursor: number, position: Bytes): void {
    this.#positions.delete(cursor);
    this.#positions.set(cursor, position);
  }

  #shrink(): void {
    const { entriesMax, bytesMax } = this.#limits;
    for (const [cursor, position] of this.#positions) {
      const fits = this.#positions.size <= entriesMax && this.#bytes <= bytesMax;
      if (fits || this.#positions.size === 1) return;
      this.#positions.delete(cursor);
      this.#cursors.delete(mapKey(position));
      this.#bytes -= position.length;
    }
  }
}
