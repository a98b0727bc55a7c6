/**
 * Integers of 1 to 64 bits at any bit of a byte string: BITFIELD. Most significant bit first, bit
 * 0 being the top bit of byte 0; overflow rules are the caller's.
 */
import type { Bytes } from "./bytes.ts";

/** Widest part that number arithmetic handles exactly. */
const PART_BITS = 32;

/**
 * The integer in the `widthBits` bits from `offsetBits` on, two's complement when `signed`. Bits
 * beyond the end read as 0.
 *
 * @param offsetBits from 0 on
 * @param widthBits in [1, 64]
 */
export function getBits(
  bytes: Bytes,
  offsetBits: number,
  widthBits: number,
  signed: boolean,
): bigint {
  let value: bigint;
  if (widthBits <= PART_BITS) {
    value = BigInt(readPart(bytes, offsetBits, widthBits));
  } else {
    const highBits = widthBits - PART_BITS;
    const high = readPart(bytes, offsetBits, highBits);
    const low = readPart(bytes, offsetBits + highBits, PART_BITS);
    value = (BigInt(high) << 32n) | BigInt(low);
  }
  return signed ? BigInt.asIntN(widthBits, value) : value;
}

/**
 * Stores the low `widthBits` bits of `value` from bit `offsetBits` on; other bits stay.
 *
 * @param offsetBits from 0 on
 * @param widthBits in [1, 64]
 * @throws {RangeError} the field reaches beyond the end: growing is the caller's
 */
export function setBits(bytes: Bytes, offsetBits: number, widthBits: number, value: bigint): void {
  if (offsetBits + widthBits > bytes.length * 8) {
    throw new RangeError(`Bits ${offsetBits}+${widthBits} reach beyond ${bytes.length} bytes`);
  }
  const lowBits = Math.min(widthBits, PART_BITS);
  const highBits = widthBits - lowBits;
  if (highBits > 0) {
    writePart(bytes, offsetBits, highBits, Number(BigInt.asUintN(PART_BITS, value >> 32n)));
  }
  writePart(bytes, offsetBits + highBits, lowBits, Number(BigInt.asUintN(PART_BITS, value)));
}

/** Up to 32 bits as a number in [0, 2^32); they lie within five bytes. */
function readPart(bytes: Bytes, offsetBits: number, widthBits: number): number {
  const at = Math.floor(offsetBits / 8);
  let span = 0;
  for (let index = at; index < at + 5; index++) span = span * 256 + (bytes[index] ?? 0);
  const spareBits = 40 - (offsetBits % 8) - widthBits;
  return Math.floor(span / 2 ** spareBits) % 2 ** widthBits;
}

/** Stores the low `widthBits` bits, at most 32, of a number in [0, 2^32), last byte first. */
function writePart(bytes: Bytes, offsetBits: number, widthBits: number, value: number): void {
  let rest = value;
  let left = widthBits;
  let end = offsetBits + widthBits;
  while (left > 0) {
    const at = Math.floor((end - 1) / 8);
    const below = (8 - (end % 8)) % 8;
    const taken = Math.min(8 - below, left);
    const mask = ((1 << taken) - 1) << below;
    bytes[at] = (bytes[at]! & ~mask) | ((rest << below) & mask);
    rest >>>= taken;
    left -= taken;
    end -= taken;
  }
}
