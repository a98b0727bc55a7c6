/**
 * The sparse encoding of a HyperLogLog's registers: runs of equal ones, in their order. On disk and in Redis's
 * dumps; which of several ways to write the same registers is taken is Redis's, too.
 *
 *     00nnnnnn           n + 1 registers that are 0
 *     01nnnnnn nnnnnnnn  n + 1 registers that are 0
 *     1vvvvvnn           n + 1 registers that are v + 1
 *
 * The bytes may come from anybody: whatever runs they hold, nothing here reads or writes beyond the registers.
 */
import type { Bytes } from "../../bytes/bytes.ts";
import { REGISTERS, type Registers } from "./registers.ts";

const VALUE_FLAG = 0x80;
const LONG_FLAG = 0x40;
/** The highest register that this encoding can express. */
export const SPARSE_RANK_MAX = 32;
const SHORT_ZEROS_MAX = 64;
const VALUE_RUN_MAX = 4;
/** Most bytes of what one run becomes when one of its registers changes: long zeros, a value, long zeros. */
const SPLIT_BYTES_MAX = 5;
/** How many steps Redis goes, from the run before a change on, to join runs. */
const JOIN_STEPS = 5;
/** Most bytes of the runs of all registers: each has a register or more. */
const RUNS_BYTES_MAX = 2 * REGISTERS;

/** Bytes of the run that starts with this byte. */
function runBytes(code: number): number {
  return (code & (VALUE_FLAG | LONG_FLAG)) === LONG_FLAG ? 2 : 1;
}

/** Value of its registers. */
function runValue(code: number): number {
  return (code & VALUE_FLAG) === 0 ? 0 : ((code >> 2) & 0x1f) + 1;
}

/** How many registers the run at `at` has. A second byte that is missing counts as 0, the end of C's strings. */
function runLength(bytes: Bytes, at: number): number {
  const code = bytes[at]!;
  if ((code & VALUE_FLAG) !== 0) return (code & 3) + 1;
  if ((code & LONG_FLAG) === 0) return code + 1;
  return (((code & 0x3f) << 8) | (bytes[at + 1] ?? 0)) + 1;
}

/** Writes a run to `target[at]`, nothing for no registers; answers where it ends. */
function writeRun(target: Uint8Array, at: number, value: number, length: number): number {
  if (length === 0) return at;
  if (value > 0) {
    target[at] = VALUE_FLAG | ((value - 1) << 2) | (length - 1);
    return at + 1;
  }
  if (length <= SHORT_ZEROS_MAX) {
    target[at] = length - 1;
    return at + 1;
  }
  target[at] = LONG_FLAG | ((length - 1) >> 8);
  target[at + 1] = length - 1;
  return at + 2;
}

/**
 * What became of a register: it was as high already, it was raised, there is no room for it or it is too high for
 * this encoding, or the bytes end before it.
 */
export type SparseOutcome = "same" | "raised" | "full" | "corrupt";

export class SparseRegisters {
  #bytes: Uint8Array;
  #length: number;
  /** False while they are those that were given. */
  #isOwn = false;
  readonly #split = new Uint8Array(SPLIT_BYTES_MAX);
  /** The run found last: where it starts, its first register, and where the run before it starts, or it itself. */
  #at = 0;
  #first = 0;
  #before = 0;
  /** The same of a run that no change since then has moved, to go on from: the one before that found last. */
  #markAt = 0;
  #markFirst = 0;
  #markBefore = 0;

  /** @param bytes the runs; copied before the first change */
  constructor(bytes: Bytes) {
    this.#bytes = bytes;
    this.#length = bytes.length;
  }

  /** All registers 0. */
  static empty(): SparseRegisters {
    const bytes = new Uint8Array(2);
    writeRun(bytes, 0, 0, REGISTERS);
    return new SparseRegisters(bytes);
  }

  /** The encoded registers; a view. */
  get bytes(): Bytes {
    return this.#bytes.subarray(0, this.#length);
  }

  /**
   * Sets a register to `rank`, 1 or more, if it is lower.
   *
   * @param bytesMax "full" when the encoding would grow, and to more than this
   */
  raise(index: number, rank: number, bytesMax: number): SparseOutcome {
    if (rank > SPARSE_RANK_MAX) return "full";
    if (!this.#seek(index)) return "corrupt";
    const at = this.#at;
    const code = this.#bytes[at]!;
    const value = runValue(code);
    if (value >= rank) return "same";
    const end = at + runBytes(code);
    const behind = this.#first + runLength(this.#bytes, at);
    let size = writeRun(this.#split, 0, value, index - this.#first);
    size = writeRun(this.#split, size, rank, 1);
    size = writeRun(this.#split, size, value, behind - 1 - index);
    const grownBy = size - (end - at);
    if (grownBy > 0 && this.#length + grownBy > bytesMax) return "full";
    this.#replace(at, end, size);
    this.#joinRuns(this.#before);
    return "raised";
  }

  /** Raises each of `registers` to what it is here; false when the runs are not those of all registers. */
  mergeInto(registers: Registers): boolean {
    const bytes = this.bytes;
    let index = 0;
    for (let at = 0; at < bytes.length; at += runBytes(bytes[at]!)) {
      const value = runValue(bytes[at]!);
      const end = index + runLength(bytes, at);
      if (end > REGISTERS) return false;
      if (value === 0) index = end;
      for (; index < end; index++) if (value > registers[index]!) registers[index] = value;
    }
    return index === REGISTERS;
  }

  /** The runs as PFDEBUG DECODE shows them, whatever they come to; null when they are too many for any registers. */
  describe(): string | null {
    const bytes = this.bytes;
    if (bytes.length > RUNS_BYTES_MAX) return null;
    const runs: string[] = [];
    for (let at = 0; at < bytes.length; at += runBytes(bytes[at]!)) {
      const value = runValue(bytes[at]!);
      const length = runLength(bytes, at);
      if (value > 0) runs.push(`v:${value},${length}`);
      else runs.push(`${runBytes(bytes[at]!) === 1 ? "z" : "Z"}:${length}`);
    }
    return runs.join(" ");
  }

  /**
   * Finds the run that holds a register; false when the bytes end before it. Registers that are raised in their order
   * are found from the last one on.
   */
  #seek(index: number): boolean {
    if (index < this.#markFirst || this.#at === this.#markAt) this.#mark(0, 0, 0);
    let before = this.#markBefore;
    let at = this.#markAt;
    let first = this.#markFirst;
    for (;;) {
      if (at >= this.#length) return false;
      const next = first + runLength(this.#bytes, at);
      if (index < next) break;
      this.#mark(at, first, before);
      before = at;
      at += runBytes(this.#bytes[at]!);
      first = next;
    }
    this.#at = at;
    this.#first = first;
    this.#before = before;
    return true;
  }

  #mark(at: number, first: number, before: number): void {
    this.#markAt = at;
    this.#markFirst = first;
    this.#markBefore = before;
  }

  /**
   * Puts the first `size` bytes of `#split` in the place of the bytes from `at` to `end`. Where the last of these is
   * missing, the last of those is left out, as Redis does.
   */
  #replace(at: number, end: number, size: number): void {
    const length = this.#length + size - (end - at);
    if (!this.#isOwn || length > this.#bytes.length) {
      const bytes = new Uint8Array(length + (length >> 1) + SPLIT_BYTES_MAX);
      bytes.set(this.bytes);
      this.#bytes = bytes;
      this.#isOwn = true;
    }
    this.#bytes.copyWithin(at + size, end, this.#length);
    for (let i = 0; i < size; i++) this.#bytes[at + i] = this.#split[i]!;
    this.#setLength(length);
  }

  /** Ends the runs there, with a 0 behind them for a run that lacks its second byte. */
  #setLength(length: number): void {
    this.#length = length;
    this.#bytes[length] = 0;
  }

  /** Joins runs with the same value, from `start` on, as far as Redis does. */
  #joinRuns(start: number): void {
    const bytes = this.#bytes;
    let at = start;
    for (let step = 0; step < JOIN_STEPS && at < this.#length; step++) {
      const value = runValue(bytes[at]!);
      const next = at + runBytes(bytes[at]!);
      const joined = next < this.#length ? runLength(bytes, at) + runLength(bytes, next) : 0;
      const isJoined = value > 0 && joined > 0 && joined <= VALUE_RUN_MAX;
      if (!isJoined || runValue(bytes[next]!) !== value) {
        at = next;
        continue;
      }
      writeRun(bytes, at, value, joined);
      bytes.copyWithin(next, next + 1, this.#length);
      this.#setLength(this.#length - 1);
    }
  }
}
