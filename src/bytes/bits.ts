/**
 * Counting and finding bits in byte strings: BITCOUNT and BITPOS. Bit 0 is the most significant
 * bit of byte 0, as everywhere in Redis.
 */
import type { Bytes } from "./bytes.ts";

/** From this many bytes on, a view of whole words pays for itself. */
const WORDS_BYTES_MIN = 64;

const BITS_OF_BYTE = Uint8Array.from({ length: 256 }, (_, byte) => popcountWord(byte));

/** How many bits of `bytes[start, end)` are 1. Allocates one view from 64 bytes on. */
export function popcount(bytes: Bytes, start = 0, end = bytes.length): number {
  return end - start < WORDS_BYTES_MIN
    ? popcountBytes(bytes, start, end)
    : popcountWords(bytes, start, end);
}

function popcountBytes(bytes: Bytes, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at++) count += BITS_OF_BYTE[bytes[at]!]!;
  return count;
}

/** Whole words in the middle, bytes up to the first aligned one and behind the last. */
function popcountWords(bytes: Bytes, start: number, end: number): number {
  const wordsStart = start + (-(bytes.byteOffset + start) & 3);
  const wordCount = Math.floor((end - wordsStart) / 4);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + wordsStart, wordCount);
  let count = popcountBytes(bytes, start, wordsStart);
  for (let at = 0; at < wordCount; at++) count += popcountWord(words[at]!);
  return count + popcountBytes(bytes, wordsStart + wordCount * 4, end);
}

/** The bits of one 32-bit word, summed in pairs, fours, eights, then all at once. */
function popcountWord(word: number): number {
  let sums = word - ((word >>> 1) & 0x55555555);
  sums = (sums & 0x33333333) + ((sums >>> 2) & 0x33333333);
  sums = (sums + (sums >>> 4)) & 0x0f0f0f0f;
  return Math.imul(sums, 0x01010101) >>> 24;
}

/**
 * The position of the first bit equal to `bit` in bits `[startBit, endBit)`, or -1 when there is
 * none. Allocates one view from 64 bytes on.
 *
 * REQUIRES: the range lies inside `bytes`.
 */
export function findBit(bytes: Bytes, bit: 0 | 1, startBit: number, endBit: number): number {
  if (startBit >= endBit) return -1;
  const endByte = Math.ceil(endBit / 8);
  let at = Math.floor(startBit / 8);
  // Bits to look for are 1 from here on; those before the start are masked away.
  const flip = bit === 1 ? 0 : 0xff;
  let found = (bytes[at]! ^ flip) & (0xff >> (startBit % 8));
  if (found === 0) {
    at = skipBytes(bytes, flip, at + 1, endByte);
    if (at === endByte) return -1;
    found = bytes[at]! ^ flip;
  }
  const position = at * 8 + Math.clz32(found) - 24;
  return position < endBit ? position : -1;
}

/** The first index in `[start, end)` whose byte is not `skipped` (0 or 0xff); `end` if none. */
function skipBytes(bytes: Bytes, skipped: number, start: number, end: number): number {
  let at = start;
  if (end - start >= WORDS_BYTES_MIN) {
    for (; ((bytes.byteOffset + at) & 3) !== 0; at++) if (bytes[at] !== skipped) return at;
    const wordCount = Math.floor((end - at) / 4);
    const words = new Int32Array(bytes.buffer, bytes.byteOffset + at, wordCount);
    const skippedWord = skipped === 0 ? 0 : -1;
    let word = 0;
    while (word < wordCount && words[word] === skippedWord) word++;
    at += word * 4;
  }
  while (at < end && bytes[at] === skipped) at++;
  return at;
}
