/** Snappy's raw block format, as LedisDB uses it on the wire: length as a varint, then literals and copies. */
import { compress, uncompress } from "snappyjs";
import type { Bytes } from "./bytes.ts";

/** A copy of 64 bytes takes three: nothing unpacks to more than this many times its size, and a few bytes. */
const RATIO_MAX = 22;
const SLACK_BYTES = 64;
/** Most bytes of one literal whose length takes four bytes. */
const LITERAL_BYTES_MAX = 2 ** 32 - 1;
/** Tag of a literal whose length - 1 follows in four bytes, little-endian. */
const LITERAL_4 = 63 << 2;

/** @returns a block that unpacks to `bytes` */
export function packSnappy(bytes: Bytes): Bytes {
  return compress(bytes);
}

/** As `packSnappy`, but one literal: nothing is saved, and it costs no more than a copy. */
export function storeSnappy(bytes: Bytes): Bytes {
  const length = Math.min(bytes.length, LITERAL_BYTES_MAX);
  const block = new Uint8Array(10 + length);
  let at = 0;
  let rest = length;
  do {
    block[at++] = rest > 127 ? (rest & 127) | 128 : rest;
    rest >>>= 7;
  } while (rest > 0);
  if (length > 0) {
    block[at++] = LITERAL_4;
    for (let shift = 0; shift < 32; shift += 8) block[at++] = (length - 1) >>> shift;
    block.set(bytes, at);
  }
  return block.subarray(0, at + length);
}

/**
 * Unpacks a block; one of `storeSnappy` is a view of it. Not every damage shows: whoever cares has a checksum.
 *
 * @param lengthMax longest result taken, in bytes
 * @returns null when the block is damaged or announces more than `lengthMax` or than it can hold
 */
export function unpackSnappy(block: Bytes, lengthMax: number): Bytes | null {
  const stored = storedBytes(block);
  if (stored !== null) return stored.length <= lengthMax ? stored : null;
  try {
    return uncompress(block, Math.min(lengthMax, block.length * RATIO_MAX + SLACK_BYTES));
  } catch {
    return null;
  }
}

/** What `storeSnappy` has stored, as a view; null when the block has another form. */
function storedBytes(block: Bytes): Bytes | null {
  let length = 0;
  let at = 0;
  for (let shift = 1; at < 5; shift *= 128) {
    const byte = block[at++] ?? 0;
    length += (byte & 127) * shift;
    if (byte < 128) break;
  }
  if (block[at] !== LITERAL_4 || block.length !== at + 5 + length) return null;
  const view = new DataView(block.buffer, block.byteOffset, block.length);
  return view.getUint32(at + 1, true) === length - 1 ? block.subarray(at + 5) : null;
}
