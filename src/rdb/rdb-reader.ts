/** Reads what Redis's format is made of: lengths, strings and numbers, from a stretch of bytes. */
import type { Bytes } from "../bytes/bytes.ts";
import { parseDouble } from "../bytes/double.ts";
import { integerText, readInt64, readSigned } from "./little-endian.ts";
import { expandedBytesMax, expandLzf } from "./lzf.ts";
import { RdbEndError, RdbError } from "./rdb-error.ts";

/** Marks of lengths that do not fit 14 bits. */
const LENGTH_32 = 0x80;
const LENGTH_64 = 0x81;

/** Strings in another form than their bytes, by the low bits of what stands in the length's place. */
const STRING_INT8 = 0xc0;
const STRING_INT16 = 0xc1;
const STRING_INT32 = 0xc2;
const STRING_LZF = 0xc3;

/** Scores as text: lengths that stand for what is no number to write. */
const SCORE_NAN = 253;
const SCORE_INFINITE = 254;
const SCORE_MINUS_INFINITE = 255;

const DOUBLE_BYTES = 8;
const doubleBytes = new Uint8Array(DOUBLE_BYTES);
const doubleView = new DataView(doubleBytes.buffer);

export class RdbReader {
  readonly buffer: Bytes;
  at: number;
  readonly end: number;
  /** How many bytes of compressed strings may still be expanded. */
  #expandable: number;

  /**
   * Reads `buffer[at, end)`.
   *
   * @param expandable how many bytes compressed strings may come to, all together
   */
  constructor(buffer: Bytes, at: number, end: number, expandable: number) {
    this.buffer = buffer;
    this.at = at;
    this.end = end;
    this.#expandable = expandable;
  }

  get left(): number {
    return this.end - this.at;
  }

  /** The next `count` bytes as a view. @throws {RdbEndError} there are fewer */
  bytes(count: number): Bytes {
    const start = this.at;
    this.skip(count);
    return this.buffer.subarray(start, this.at);
  }

  /** @throws {RdbEndError} there are fewer */
  skip(count: number): void {
    if (count > this.left) throw new RdbEndError();
    this.at += count;
  }

  byte(): number {
    if (this.at === this.end) throw new RdbEndError();
    return this.buffer[this.at++]!;
  }

  /** A signed integer of 32 bits, little-endian. */
  int32(): number {
    return readSigned(this.bytes(4), 0, 4);
  }

  /** A signed integer of 64 bits, little-endian. @throws {RdbError} beyond what a number holds exactly */
  int64(): number {
    const value = readInt64(this.bytes(8), 0);
    return value < 0n ? -safe(-value) : safe(value);
  }

  /** As `int64`, unsigned. */
  uint64(): number {
    return safe(BigInt.asUintN(64, readInt64(this.bytes(8), 0)));
  }

  double(): number {
    const { buffer, at } = this;
    this.skip(DOUBLE_BYTES);
    // No view of the buffer: making one takes longer than all else.
    for (let i = 0; i < DOUBLE_BYTES; i++) doubleBytes[i] = buffer[at + i]!;
    return doubleView.getFloat64(0, true);
  }

  /** A score as text. NaN when it says so. @throws {RdbError} no number */
  textDouble(): number {
    const length = this.byte();
    if (length === SCORE_NAN) return Number.NaN;
    if (length === SCORE_INFINITE) return Number.POSITIVE_INFINITY;
    if (length === SCORE_MINUS_INFINITE) return Number.NEGATIVE_INFINITY;
    const value = parseDouble(this.bytes(length));
    if (Number.isNaN(value)) throw new RdbError("a score is no number");
    return value;
  }

  skipTextDouble(): void {
    const length = this.byte();
    if (length < SCORE_NAN) this.skip(length);
  }

  /** A length or a count, in [0, 2^53). @throws {RdbError} a mark where a length has to be */
  length(): number {
    const first = this.byte();
    if (first < 0x40) return first;
    if (first < 0x80) return ((first & 0x3f) << 8) | this.byte();
    if (first === LENGTH_32) return Number(this.#big(4));
    if (first === LENGTH_64) return safe(this.#big(8));
    throw new RdbError("a length is expected");
  }

  /** As `length`, for any integer that is written as one, in [0, 2^64). */
  bigLength(): bigint {
    if (this.#peek() !== LENGTH_64) return BigInt(this.length());
    this.at++;
    return this.#big(8);
  }

  /** Passes a length, or any other integer that is written as one: of 64 bits. */
  skipLength(): void {
    const first = this.byte();
    if (first < 0x40) return;
    if (first < 0x80) this.skip(1);
    else if (first === LENGTH_32) this.skip(4);
    else if (first === LENGTH_64) this.skip(8);
    else throw new RdbError("a length is expected");
  }

  /** A string: a view, or bytes of its own where it stands in another form. */
  string(): Bytes {
    const first = this.#peek();
    if (first < STRING_INT8) return this.bytes(this.length());
    this.at++;
    if (first === STRING_INT8) return integerText(this.bytes(1), 0, 1);
    if (first === STRING_INT16) return integerText(this.bytes(2), 0, 2);
    if (first === STRING_INT32) return integerText(this.bytes(4), 0, 4);
    if (first === STRING_LZF) return this.#compressed();
    throw new RdbError("a string of an unknown form");
  }

  /** Passes a string without expanding it. */
  skipString(): void {
    const first = this.#peek();
    if (first < STRING_INT8) {
      this.skip(this.length());
      return;
    }
    this.at++;
    if (first === STRING_LZF) {
      const compressed = this.length();
      this.skipLength();
      this.skip(compressed);
    } else if (first <= STRING_INT32) {
      this.skip(1 << (first - STRING_INT8));
    } else {
      throw new RdbError("a string of an unknown form");
    }
  }

  /** Counts bytes that stand for less than they are, as those of compressed strings. @throws {RdbError} too many */
  expand(count: number): void {
    if (count > this.#expandable) throw new RdbError("compressed strings come to too much");
    this.#expandable -= count;
  }

  #compressed(): Bytes {
    const compressed = this.length();
    const expanded = this.length();
    if (compressed > this.left) throw new RdbEndError();
    if (expanded > expandedBytesMax(compressed)) throw new RdbError("damaged compressed string");
    this.expand(expanded);
    const start = this.at;
    this.at += compressed;
    return expandLzf(this.buffer, start, this.at, expanded);
  }

  #peek(): number {
    if (this.at === this.end) throw new RdbEndError();
    return this.buffer[this.at]!;
  }

  #big(count: number): bigint {
    const bytes = this.bytes(count);
    let value = 0n;
    for (const byte of bytes) value = (value << 8n) | BigInt(byte);
    return value;
  }
}

function safe(value: bigint): number {
  if (value > Number.MAX_SAFE_INTEGER) throw new RdbError("a length is beyond all bounds");
  return Number(value);
}
