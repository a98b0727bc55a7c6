/**
 * Byte strings: the one type of keys, values, fields, members and arguments.
 * Comparison is memcmp order everywhere; text exists only at the edges (people, options, map keys).
 */

/** A byte string. May be a view of a larger buffer: copy what outlives the command. */
export type Bytes = Uint8Array;

/** The empty byte string, shared. */
export const EMPTY: Bytes = new Uint8Array(0);

/** Up to this many bytes a loop (1 ns a byte) beats Buffer.compare (20 ns). */
const LOOP_BYTES_MAX = 20;

/** Up to this many bytes a loop copies faster than a call into native code. */
const COPY_LOOP_BYTES_MAX = 32;

/** The same for its form that takes ranges (75 ns): that one checks five arguments. */
const RANGE_LOOP_BYTES_MAX = 64;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Calls that Buffer has, that need no Buffer as receiver, and that Bun's types leave out. */
interface NativeBuffer {
  copy(target: Bytes, targetStart: number, sourceStart: number, sourceEnd: number): number;
  latin1Slice(start: number, end: number): string;
  compare(
    target: Bytes,
    targetStart: number,
    targetEnd: number,
    sourceStart: number,
    sourceEnd: number,
  ): -1 | 0 | 1;
}

const native = Buffer.prototype as unknown as NativeBuffer;

/** The UTF-8 bytes of a text; a lone surrogate becomes U+FFFD. */
export function fromText(text: string): Bytes {
  return encoder.encode(text);
}

/** The bytes as UTF-8 text for people: lossy, malformed sequences become U+FFFD. */
export function toText(bytes: Bytes): string {
  return decoder.decode(bytes);
}

/** The bytes as a string to key a Map or Set by: latin1, one character per byte, lossless. */
export function mapKey(bytes: Bytes): string {
  return native.latin1Slice.call(bytes, 0, bytes.length);
}

/** The bytes behind a {@link mapKey}: every character is taken modulo 256. */
export function fromMapKey(key: string): Bytes {
  const bytes = new Uint8Array(key.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = key.charCodeAt(at);
  return bytes;
}

/** A copy with a buffer of its own, so that it pins no other memory. */
export function copyBytes(bytes: Bytes): Bytes {
  return new Uint8Array(bytes);
}

/**
 * Copies `source[start, end)` to `target[at]`; answers where it ends there. Allocates nothing, and takes half the
 * time of `target.set` with a view. REQUIRES: room for it; in the same memory, `at` is not behind `start`.
 */
export function copyRange(
  source: Bytes,
  start: number,
  end: number,
  target: Bytes,
  at: number,
): number {
  if (end - start > COPY_LOOP_BYTES_MAX) {
    native.copy.call(source, target, at, start, end);
    return at + end - start;
  }
  let to = at;
  for (let from = start; from < end; from++) target[to++] = source[from]!;
  return to;
}

/** All parts in order, in one new byte string. */
export function concatBytes(...parts: readonly Bytes[]): Bytes {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Whether both hold the same bytes. Allocates nothing. */
export function equalBytes(a: Bytes, b: Bytes): boolean {
  const length = a.length;
  if (length !== b.length) return false;
  if (length > LOOP_BYTES_MAX) return Buffer.compare(a, b) === 0;
  for (let at = 0; at < length; at++) if (a[at] !== b[at]) return false;
  return true;
}

/**
 * Whether `a[aStart, aEnd)` and `b[bStart, bEnd)` hold the same bytes. Allocates nothing.
 *
 * REQUIRES: both ranges lie inside their arrays.
 */
export function equalRange(
  a: Bytes,
  aStart: number,
  aEnd: number,
  b: Bytes,
  bStart: number,
  bEnd: number,
): boolean {
  const length = aEnd - aStart;
  if (length !== bEnd - bStart) return false;
  if (length > RANGE_LOOP_BYTES_MAX) {
    return native.compare.call(a, b, bStart, bEnd, aStart, aEnd) === 0;
  }
  for (let at = 0; at < length; at++) if (a[aStart + at] !== b[bStart + at]) return false;
  return true;
}

/** memcmp order, the shorter first when one is a prefix of the other: negative, 0 or positive. */
export function compareBytes(a: Bytes, b: Bytes): number {
  const common = Math.min(a.length, b.length);
  if (common > LOOP_BYTES_MAX) return Buffer.compare(a, b);
  for (let at = 0; at < common; at++) {
    const difference = a[at]! - b[at]!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/**
 * {@link compareBytes} of `a[aStart, aEnd)` and `b[bStart, bEnd)`, in place. Allocates nothing.
 *
 * REQUIRES: both ranges lie inside their arrays.
 */
export function compareRange(
  a: Bytes,
  aStart: number,
  aEnd: number,
  b: Bytes,
  bStart: number,
  bEnd: number,
): number {
  const aLength = aEnd - aStart;
  const bLength = bEnd - bStart;
  const common = Math.min(aLength, bLength);
  if (common > RANGE_LOOP_BYTES_MAX) {
    return native.compare.call(a, b, bStart, bEnd, aStart, aEnd);
  }
  for (let at = 0; at < common; at++) {
    const difference = a[aStart + at]! - b[bStart + at]!;
    if (difference !== 0) return difference;
  }
  return aLength - bLength;
}

/**
 * The least byte string greater than every string that starts with `prefix`: the exclusive end of
 * a prefix scan. Null when there is none: the prefix is empty or all 0xff.
 */
export function prefixEnd(prefix: Bytes): Bytes | null {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 0xff) length--;
  if (length === 0) return null;
  const end = new Uint8Array(prefix.subarray(0, length));
  end[length - 1] = end[length - 1]! + 1;
  return end;
}

/**
 * Whether the bytes spell `upperCaseText` in any mix of ASCII case. Allocates nothing.
 *
 * REQUIRES: `upperCaseText` is ASCII without lower-case letters.
 */
export function equalsIgnoreCase(bytes: Bytes, upperCaseText: string): boolean {
  const length = bytes.length;
  if (length !== upperCaseText.length) return false;
  for (let at = 0; at < length; at++) {
    const byte = bytes[at]!;
    const upper = byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte;
    if (upper !== upperCaseText.charCodeAt(at)) return false;
  }
  return true;
}
