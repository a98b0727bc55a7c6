/** CRC-64 of Redis (polynomial of Jones, reflected, no inversion): the checksum of its dumps and .rdb files. */
import type { Bytes } from "./bytes.ts";

/** Bytes of a stored checksum. */
export const CRC64_BYTES = 8;

/** The polynomial 0xad93d23594c935a9 with its bits in reverse order, as two words. */
const POLYNOMIAL_LOW = 0xac4bc9b5 | 0;
const POLYNOMIAL_HIGH = 0x95ac9329 | 0;

/** Eight bytes are summed at once: row k is the effect of a byte with k zero bytes behind it. */
const LOW = new Int32Array(8 * 256);
const HIGH = new Int32Array(8 * 256);

for (let byte = 0; byte < 256; byte++) {
  let low = byte;
  let high = 0;
  for (let bit = 0; bit < 8; bit++) {
    const odd = (low & 1) !== 0;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (!odd) continue;
    low ^= POLYNOMIAL_LOW;
    high ^= POLYNOMIAL_HIGH;
  }
  LOW[byte] = low;
  HIGH[byte] = high;
}
for (let at = 256; at < LOW.length; at++) {
  const low = LOW[at - 256]!;
  const high = HIGH[at - 256]!;
  LOW[at] = ((low >>> 8) | (high << 24)) ^ LOW[low & 0xff]!;
  HIGH[at] = (high >>> 8) ^ HIGH[low & 0xff]!;
}

/** A checksum that grows with what it is given, piece by piece. */
export class Crc64 {
  #low = 0;
  #high = 0;

  /** Adds `bytes[start, end)`. */
  update(bytes: Bytes, start = 0, end = bytes.length): this {
    let low = this.#low;
    let high = this.#high;
    let at = start;
    for (; at + 8 <= end; at += 8) {
      low ^= wordAt(bytes, at);
      high ^= wordAt(bytes, at + 4);
      const a = 0x700 + (low & 0xff);
      const b = 0x600 + ((low >>> 8) & 0xff);
      const c = 0x500 + ((low >>> 16) & 0xff);
      const d = 0x400 + (low >>> 24);
      const e = 0x300 + (high & 0xff);
      const f = 0x200 + ((high >>> 8) & 0xff);
      const g = 0x100 + ((high >>> 16) & 0xff);
      const h = high >>> 24;
      low = LOW[a]! ^ LOW[b]! ^ LOW[c]! ^ LOW[d]! ^ LOW[e]! ^ LOW[f]! ^ LOW[g]! ^ LOW[h]!;
      high = HIGH[a]! ^ HIGH[b]! ^ HIGH[c]! ^ HIGH[d]! ^ HIGH[e]! ^ HIGH[f]! ^ HIGH[g]! ^ HIGH[h]!;
    }
    for (; at < end; at++) {
      const row = (low ^ bytes[at]!) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ LOW[row]!;
      high = (high >>> 8) ^ HIGH[row]!;
    }
    this.#low = low;
    this.#high = high;
    return this;
  }

  /** Writes the checksum at `target[at]`, little-endian. */
  write(target: Uint8Array, at: number): void {
    for (let i = 0; i < 4; i++) {
      target[at + i] = this.#low >>> (8 * i);
      target[at + 4 + i] = this.#high >>> (8 * i);
    }
  }

  /** Whether `bytes[at]` starts with this checksum, little-endian. */
  equals(bytes: Bytes, at: number): boolean {
    return wordAt(bytes, at) === this.#low && wordAt(bytes, at + 4) === this.#high;
  }
}

function wordAt(bytes: Bytes, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}
