/**
 * Glob patterns over bytes, exactly as Redis 7.0's stringmatchlen reads them: KEYS, SCAN MATCH,
 * PSUBSCRIBE, CONFIG GET.
 *
 * `*` any bytes, `?` one byte, `[abc]` `[^abc]` `[a-z]` one byte of a class, `\x` the byte x.
 * Inherited corners: an unterminated class ends with the pattern; `[a-]` is the range from `a` to
 * `]`, unterminated; a reversed range is turned round; bounds of ranges compare as signed chars,
 * but ignoring case as glibc's tolower answers them; no pattern but the empty one matches the
 * empty string, `*` included (Redis's callers take a bare `*` as "all" before they ask).
 */
import type { Bytes } from "./bytes.ts";

const STAR = 0x2a;
const DASH = 0x2d;
const QUESTION = 0x3f;
const OPEN = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE = 0x5d;
const CARET = 0x5e;

/**
 * Whether the whole subject matches the pattern. `ignoreCase` folds ASCII letters. Allocates
 * nothing; costs at most pattern length times subject length.
 */
export function matchesGlob(pattern: Bytes, subject: Bytes, ignoreCase = false): boolean {
  if (subject.length === 0) return pattern.length === 0;
  let at = 0;
  let position = 0;
  // Only the last star is ever retried: whatever an earlier one could skip, the last can as well.
  let afterStar = -1;
  let starPosition = 0;
  while (position < subject.length) {
    if (pattern[at] === STAR) {
      at = skipStars(pattern, at);
      if (at === pattern.length) return true;
      afterStar = at;
      starPosition = position;
      continue;
    }
    const next = matchElement(pattern, at, subject[position]!, ignoreCase);
    if (next >= 0) {
      at = next;
      position++;
    } else if (afterStar >= 0) {
      at = afterStar;
      position = ++starPosition;
    } else {
      return false;
    }
  }
  // The subject ran out: elements that are left need a byte each, and a later start has fewer.
  return skipStars(pattern, at) === pattern.length;
}

/**
 * The literal bytes that every match starts with, escapes resolved: what stands before the first
 * wildcard. The whole pattern when it has none. For case-sensitive matches only.
 */
export function globPrefix(pattern: Bytes): Bytes {
  const prefix = new Uint8Array(pattern.length);
  let length = 0;
  for (let at = 0; at < pattern.length; at++) {
    const byte = pattern[at]!;
    if (byte === STAR || byte === QUESTION || byte === OPEN) break;
    if (byte === BACKSLASH && at + 1 < pattern.length) at++;
    prefix[length++] = pattern[at]!;
  }
  return prefix.slice(0, length);
}

function skipStars(pattern: Bytes, start: number): number {
  let at = start;
  while (pattern[at] === STAR) at++;
  return at;
}

/** Where the element at `pattern[at]` ends if it matches the byte; -1 if not, or if none is left. */
function matchElement(pattern: Bytes, at: number, byte: number, ignoreCase: boolean): number {
  if (at >= pattern.length) return -1;
  const element = pattern[at]!;
  if (element === QUESTION) return at + 1;
  if (element === OPEN) return matchClass(pattern, at + 1, byte, ignoreCase);
  const literal = element === BACKSLASH && at + 1 < pattern.length ? at + 1 : at;
  return sameByte(pattern[literal]!, byte, ignoreCase) ? literal + 1 : -1;
}

/** {@link matchElement} for a class, `start` being behind its bracket. */
function matchClass(pattern: Bytes, start: number, byte: number, ignoreCase: boolean): number {
  const end = pattern.length;
  const negated = pattern[start] === CARET;
  let found = false;
  let at = negated ? start + 1 : start;
  for (; at < end && pattern[at] !== CLOSE; at++) {
    if (pattern[at] === BACKSLASH && at + 1 < end) {
      // Inherited: an escaped byte keeps its case even when case is ignored.
      at++;
      if (pattern[at] === byte) found = true;
    } else if (at + 2 < end && pattern[at + 1] === DASH) {
      if (inRange(pattern[at]!, pattern[at + 2]!, byte, ignoreCase)) found = true;
      at += 2;
    } else if (sameByte(pattern[at]!, byte, ignoreCase)) {
      found = true;
    }
  }
  if (found === negated) return -1;
  return at < end ? at + 1 : end;
}

function inRange(from: number, to: number, byte: number, ignoreCase: boolean): boolean {
  let low = signed(from);
  let high = signed(to);
  if (low > high) {
    const swapped = low;
    low = high;
    high = swapped;
  }
  let value = signed(byte);
  if (ignoreCase) {
    low = lower(low);
    high = lower(high);
    value = lower(value);
  }
  return value >= low && value <= high;
}

function sameByte(a: number, b: number, ignoreCase: boolean): boolean {
  return a === b || (ignoreCase && lower(a) === lower(b));
}

/** The byte as C's signed char. */
function signed(byte: number): number {
  return (byte << 24) >> 24;
}

/** glibc's tolower in the C locale: of signed chars, all but -1 answer their unsigned value. */
function lower(char: number): number {
  if (char < -1) return char + 256;
  return char >= 0x41 && char <= 0x5a ? char + 0x20 : char;
}
