/**
 * Doubles as eight bytes whose memcmp order is numeric order: scores inside keys.
 *
 * Layout, on disk, never changes: IEEE 754 binary64, big-endian; the sign bit flipped for values
 * from 0 on, every bit flipped below 0.
 */

/** Bytes of one encoded double. */
export const SORTABLE_DOUBLE_BYTES = 8;

const double = new Float64Array(1);
const halves = new Int32Array(double.buffer);
/** Which half holds the sign: 1 on the little-endian machines Bun runs on. */
const HIGH = new Uint8Array(Int32Array.of(1).buffer)[0] === 1 ? 1 : 0;
const LOW = 1 - HIGH;
const SIGN = 0x80000000 | 0;

/**
 * Writes `value` at `target[at]` and answers where it ends. Both zeros are written alike.
 * Allocates nothing.
 *
 * REQUIRES: `target` has room for {@link SORTABLE_DOUBLE_BYTES}.
 * @throws {RangeError} NaN, which has no place in the order
 */
export function writeSortableDouble(target: Uint8Array, at: number, value: number): number {
  if (Number.isNaN(value)) throw new RangeError("NaN has no place among sortable doubles");
  // Adding 0 turns -0 into 0.
  double[0] = value + 0;
  let high = halves[HIGH]!;
  let low = halves[LOW]!;
  if (high < 0) {
    high = ~high;
    low = ~low;
  } else {
    high ^= SIGN;
  }
  writeInt32(target, at, high);
  writeInt32(target, at + 4, low);
  return at + SORTABLE_DOUBLE_BYTES;
}

/** The double at `source[at]`, never -0. Allocates nothing. */
export function readSortableDouble(source: Uint8Array, at: number): number {
  const high = readInt32(source, at);
  const low = readInt32(source, at + 4);
  halves[HIGH] = high < 0 ? high ^ SIGN : ~high;
  halves[LOW] = high < 0 ? low : ~low;
  return double[0]!;
}

function writeInt32(target: Uint8Array, at: number, value: number): void {
  target[at] = value >>> 24;
  target[at + 1] = value >>> 16;
  target[at + 2] = value >>> 8;
  target[at + 3] = value;
}

function readInt32(source: Uint8Array, at: number): number {
  return (source[at]! << 24) | (source[at + 1]! << 16) | (source[at + 2]! << 8) | source[at + 3]!;
}
