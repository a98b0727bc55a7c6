/** Writes a value in Redis's format: the plain forms that every version of Redis reads. */
import type { Bytes } from "../bytes/bytes.ts";
import { parseSafeInteger } from "../bytes/integer.ts";

const FIRST_CAPACITY = 256;
const DOUBLE_BYTES = 8;
/** Mark, then eight bytes: the longest way to say a length. */
const LENGTH_BYTES_MAX = 9;
/** Longest text of an integer that is written as one: an int32. */
const INTEGER_TEXT_MAX = 11;
/** What is handed over at a time. */
const PIECE_BYTES = 64 << 10;

/** What is written grows beyond the limit. */
export class RdbFullError extends Error {
  override readonly name = "RdbFullError";
}

export class RdbWriter {
  readonly #bytesMax: number;
  readonly #sink: ((piece: Bytes) => void) | null;
  #bytes = new Uint8Array(FIRST_CAPACITY);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /**
   * @param bytesMax most bytes that may be kept here
   * @param sink is given what was written, piece by piece, as views; without one all of it is kept
   */
  constructor(bytesMax: number, sink: ((piece: Bytes) => void) | null = null) {
    this.#bytesMax = bytesMax;
    this.#sink = sink;
  }

  /** A writer for a part before which its count stands; it may fill what is left of this one. */
  part(): RdbWriter {
    return new RdbWriter(this.#bytesMax - this.#length);
  }

  /** What was written and is kept here, as a view until more is. */
  get bytes(): Bytes {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Gives everything to the sink. */
  flush(): void {
    if (this.#length > 0) this.#sink?.(this.bytes);
    this.#length = 0;
  }

  /** @throws {RdbFullError} it does not fit, as for all of these */
  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** Bytes as they are. */
  raw(bytes: Bytes): void {
    if (this.#sink !== null && bytes.length >= PIECE_BYTES) {
      this.flush();
      this.#sink(bytes);
      return;
    }
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** A length or a count. */
  length(value: number): void {
    this.#reserve(LENGTH_BYTES_MAX);
    if (value < 2 ** 6) {
      this.#bytes[this.#length++] = value;
    } else if (value < 2 ** 14) {
      this.#view.setUint16(this.#length, 0x4000 | value);
      this.#length += 2;
    } else if (value < 2 ** 32) {
      this.#bytes[this.#length] = 0x80;
      this.#view.setUint32(this.#length + 1, value);
      this.#length += 5;
    } else {
      this.bigLength(BigInt(value));
    }
  }

  /** As `length`, for any uint64. */
  bigLength(value: bigint): void {
    if (value < 2n ** 32n) {
      this.length(Number(value));
      return;
    }
    this.#reserve(LENGTH_BYTES_MAX);
    this.#bytes[this.#length] = 0x81;
    this.#view.setBigUint64(this.#length + 1, value);
    this.#length += 9;
  }

  /** A string; one that is the text of a small integer takes as few bytes as that. */
  string(bytes: Bytes): void {
    if (bytes.length <= INTEGER_TEXT_MAX && this.#integer(bytes)) return;
    this.length(bytes.length);
    this.raw(bytes);
  }

  /** A time, in 8 bytes; a safe integer. */
  uint64(value: number): void {
    this.#reserve(DOUBLE_BYTES);
    this.#view.setBigUint64(this.#length, BigInt(value), true);
    this.#length += DOUBLE_BYTES;
  }

  double(value: number): void {
    this.#reserve(DOUBLE_BYTES);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += DOUBLE_BYTES;
  }

  #integer(text: Bytes): boolean {
    const value = parseSafeInteger(text);
    // NaN is none of these.
    if (!(value >= -(2 ** 31) && value < 2 ** 31)) return false;
    this.#reserve(5);
    if (value >= -(2 ** 7) && value < 2 ** 7) {
      this.#bytes[this.#length] = 0xc0;
      this.#view.setInt8(this.#length + 1, value);
      this.#length += 2;
    } else if (value >= -(2 ** 15) && value < 2 ** 15) {
      this.#bytes[this.#length] = 0xc1;
      this.#view.setInt16(this.#length + 1, value, true);
      this.#length += 3;
    } else {
      this.#bytes[this.#length] = 0xc2;
      this.#view.setInt32(this.#length + 1, value, true);
      this.#length += 5;
    }
    return true;
  }

  #reserve(count: number): void {
    if (this.#sink !== null && this.#length >= PIECE_BYTES) this.flush();
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    if (needed > this.#bytesMax + LENGTH_BYTES_MAX) throw new RdbFullError("the value is too long");
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}
