/**
 * The longest common subsequence of two byte strings, as Redis's LCS finds it: the same one where there are
 * several, and the same ranges. The table is filled row by row, in steps of as many cells as the caller likes;
 * it keeps one row of lengths, and one bit a cell to find the way back.
 */
import type { Bytes } from "../../bytes/bytes.ts";

/** Both ends included; `length` is their common length. */
export interface CommonRange {
  readonly aStart: number;
  readonly aEnd: number;
  readonly bStart: number;
  readonly bEnd: number;
  readonly length: number;
}

export interface CommonTrace {
  readonly text: Bytes;
  /** Stretches where both have the same bytes, from the end to the start. */
  readonly ranges: readonly CommonRange[];
}

/** Cells that the table of two strings has, with the borders that Redis counts too. */
export function lcsCells(aLength: number, bLength: number): number {
  return (aLength + 1) * (bLength + 1);
}

export class Lcs {
  readonly #a: Bytes;
  readonly #b: Bytes;
  /** Length for each prefix of `b` with the rows done so far of `a`. */
  readonly #lengths: Uint32Array;
  /** For each cell, whether the way back goes up (towards the start of `a`); null when nobody will ask. */
  readonly #up: Uint8Array | null;
  #row = 0;

  /**
   * The strings must not change until the last step.
   *
   * @param traced whether `trace` will be asked for: costs a bit for each pair of bytes
   */
  constructor(a: Bytes, b: Bytes, traced: boolean) {
    this.#a = a;
    this.#b = b;
    this.#lengths = new Uint32Array(b.length + 1);
    this.#up = traced ? new Uint8Array(Math.ceil((a.length * b.length) / 8)) : null;
  }

  /** Fills about `cells` cells, at least a row; true when the table is full. */
  advance(cells: number): boolean {
    const rows = Math.max(1, Math.floor(cells / (this.#b.length + 1)));
    const end = Math.min(this.#a.length, this.#row + rows);
    for (; this.#row < end; this.#row++) this.#fillRow(this.#row);
    return this.#row === this.#a.length;
  }

  /** Length of the longest common subsequence. REQUIRES: the table is full. */
  get length(): number {
    return this.#lengths[this.#b.length]!;
  }

  /** The subsequence, and the stretches it is made of. REQUIRES: the table is full, `traced`. */
  trace(): CommonTrace {
    const a = this.#a;
    const b = this.#b;
    const up = this.#up!;
    const text = new Uint8Array(this.length);
    const ranges: CommonRange[] = [];
    let at = text.length;
    let i = a.length;
    let j = b.length;
    while (i > 0 && j > 0) {
      if (a[i - 1] !== b[j - 1]) {
        const cell = (i - 1) * b.length + j - 1;
        if ((up[Math.floor(cell / 8)]! & (1 << (cell % 8))) !== 0) i--;
        else j--;
        continue;
      }
      const aEnd = i - 1;
      const bEnd = j - 1;
      while (i > 0 && j > 0 && a[i - 1] === b[j - 1]) {
        text[--at] = a[i - 1]!;
        i--;
        j--;
      }
      ranges.push({ aStart: i, aEnd, bStart: j, bEnd, length: aEnd - i + 1 });
    }
    return { text, ranges };
  }

  #fillRow(row: number): void {
    const b = this.#b;
    const lengths = this.#lengths;
    const up = this.#up;
    const byte = this.#a[row];
    const base = row * b.length;
    let diagonal = 0;
    let left = 0;
    for (let column = 0; column < b.length; column++) {
      const above = lengths[column + 1]!;
      if (byte === b[column]) {
        left = diagonal + 1;
      } else if (above > left) {
        left = above;
        if (up !== null) {
          const cell = base + column;
          up[Math.floor(cell / 8)]! |= 1 << (cell % 8);
        }
      }
      diagonal = above;
      lengths[column + 1] = left;
    }
  }
}
