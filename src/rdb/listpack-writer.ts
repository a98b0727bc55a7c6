/** Writes listpacks as Redis does, each entry in its shortest form: see listpack.ts for the layout. */
import type { Bytes } from "../bytes/bytes.ts";
import { parseInt64 } from "../bytes/integer.ts";
import { COUNT_UNKNOWN, END, HEADER_BYTES, sizeBytes } from "./listpack.ts";
import type { RdbWriter } from "./rdb-writer.ts";

/** Longest text of an integer. */
const INTEGER_TEXT_MAX = 20;
/** Encoding and an int64. */
const HEAD_BYTES_MAX = 9;

/** Integers of the encodings 0xf1 to 0xf4: the bits, and the bytes they take. */
const INTEGERS = [
  { encoding: 0xf1, limit: 2 ** 15, bytes: 2 },
  { encoding: 0xf2, limit: 2 ** 23, bytes: 3 },
  { encoding: 0xf3, limit: 2 ** 31, bytes: 4 },
] as const;
const INT64_ENCODING = 0xf4;

export class ListpackWriter {
  readonly #entries: RdbWriter;
  readonly #head = new Uint8Array(HEAD_BYTES_MAX);
  readonly #view = new DataView(this.#head.buffer);
  #count = 0;

  /** @param entries an empty writer, for what is added */
  constructor(entries: RdbWriter) {
    this.#entries = entries;
  }

  /** How long the listpack would be, in bytes. */
  get length(): number {
    return HEADER_BYTES + this.#entries.bytes.length + 1;
  }

  /** Adds a string; the text of an int64 becomes one. @throws {RdbFullError} as the writer of the entries */
  string(bytes: Bytes): void {
    const value = bytes.length <= INTEGER_TEXT_MAX ? parseInt64(bytes) : null;
    if (value !== null) this.integer(value);
    else this.#add(this.#stringHead(bytes.length), bytes);
  }

  /** Adds an int64; a number is a safe integer. @throws {RdbFullError} as the writer of the entries */
  integer(value: number | bigint): void {
    this.#add(this.#integerHead(value), null);
  }

  /** Makes the first entry another number. REQUIRES: it is one; both are in [0, 127]. */
  replaceFirst(value: number): void {
    this.#entries.bytes[0] = value;
  }

  /** The listpack of what was added, with a buffer of its own. */
  finish(): Bytes {
    const whole = new Uint8Array(this.length);
    const view = new DataView(whole.buffer);
    view.setUint32(0, whole.length, true);
    view.setUint16(4, Math.min(this.#count, COUNT_UNKNOWN), true);
    whole.set(this.#entries.bytes, HEADER_BYTES);
    whole[whole.length - 1] = END;
    return whole;
  }

  /** Makes `#head` what stands before a string; answers how long that is. */
  #stringHead(length: number): number {
    if (length < 64) {
      this.#head[0] = 0x80 | length;
      return 1;
    }
    if (length < 4096) {
      this.#view.setUint16(0, 0xe000 | length);
      return 2;
    }
    this.#head[0] = 0xf0;
    this.#view.setUint32(1, length, true);
    return 5;
  }

  /** Makes `#head` the integer; answers how long that is. */
  #integerHead(value: number | bigint): number {
    if (value >= 0 && value < 128) {
      this.#head[0] = Number(value);
      return 1;
    }
    if (value >= -4096 && value < 4096) {
      this.#view.setUint16(0, 0xc000 | (Number(value) & 0x1fff));
      return 2;
    }
    this.#view.setBigInt64(1, BigInt(value), true);
    const form = INTEGERS.find(({ limit }) => value >= -limit && value < limit);
    this.#head[0] = form?.encoding ?? INT64_ENCODING;
    return 1 + (form?.bytes ?? 8);
  }

  #add(headBytes: number, data: Bytes | null): void {
    this.#entries.raw(this.#head.subarray(0, headBytes));
    if (data !== null) this.#entries.raw(data);
    this.#writeSize(headBytes + (data?.length ?? 0));
    this.#count++;
  }

  /** What stands behind an entry: seven bits a byte, the highest first, all but the first of these marked. */
  #writeSize(size: number): void {
    for (let left = sizeBytes(size) - 1, mark = 0; left >= 0; left--, mark = 0x80) {
      this.#entries.byte(mark | (Math.floor(size / 128 ** left) % 128));
    }
  }
}
