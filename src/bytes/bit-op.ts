/**
 * Bitwise operations of whole byte strings: BITOP. Each folds its sources into a target, in
 * place; a shorter source counts as filled up with zero bytes, as in Redis.
 */
import type { Bytes } from "./bytes.ts";

/** From this many bytes on, views of whole words pay for themselves. */
const WORDS_BYTES_MIN = 64;

/**
 * `target &= source` for each source; where a source has ended, zero.
 *
 * @throws {RangeError} a source is longer than the target
 */
export function bitAnd(target: Bytes, ...sources: readonly Bytes[]): void {
  for (const source of sources) {
    requireFits(target, source);
    const words = targetWords(target, source.length);
    const others = sourceWords(source, words.length);
    for (let at = 0; at < words.length; at++) words[at] = words[at]! & others[at]!;
    for (let at = words.length * 4; at < source.length; at++) {
      target[at] = target[at]! & source[at]!;
    }
    target.fill(0, source.length);
  }
}

/**
 * `target |= source` for each source.
 *
 * @throws {RangeError} a source is longer than the target
 */
export function bitOr(target: Bytes, ...sources: readonly Bytes[]): void {
  for (const source of sources) {
    requireFits(target, source);
    const words = targetWords(target, source.length);
    const others = sourceWords(source, words.length);
    for (let at = 0; at < words.length; at++) words[at] = words[at]! | others[at]!;
    for (let at = words.length * 4; at < source.length; at++) {
      target[at] = target[at]! | source[at]!;
    }
  }
}

/**
 * `target ^= source` for each source.
 *
 * @throws {RangeError} a source is longer than the target
 */
export function bitXor(target: Bytes, ...sources: readonly Bytes[]): void {
  for (const source of sources) {
    requireFits(target, source);
    const words = targetWords(target, source.length);
    const others = sourceWords(source, words.length);
    for (let at = 0; at < words.length; at++) words[at] = words[at]! ^ others[at]!;
    for (let at = words.length * 4; at < source.length; at++) {
      target[at] = target[at]! ^ source[at]!;
    }
  }
}

/** Inverts every bit of the target. */
export function bitNot(target: Bytes): void {
  const words = targetWords(target, target.length);
  for (let at = 0; at < words.length; at++) words[at] = ~words[at]!;
  for (let at = words.length * 4; at < target.length; at++) target[at] = ~target[at]!;
}

function requireFits(target: Bytes, source: Bytes): void {
  if (source.length > target.length) {
    throw new RangeError(`Source of ${source.length} bytes, target of ${target.length}`);
  }
}

const NO_WORDS = new Int32Array(0);

/** The whole words of the first `length` bytes; none when they are few or not aligned. */
function targetWords(target: Bytes, length: number): Int32Array {
  if (length < WORDS_BYTES_MIN || target.byteOffset % 4 !== 0) return NO_WORDS;
  return new Int32Array(target.buffer, target.byteOffset, Math.floor(length / 4));
}

/** The first `count` words, from a copy when the bytes are not aligned. */
function sourceWords(source: Bytes, count: number): Int32Array {
  if (count === 0) return NO_WORDS;
  const aligned = source.byteOffset % 4 === 0 ? source : new Uint8Array(source);
  return new Int32Array(aligned.buffer, aligned.byteOffset, count);
}
