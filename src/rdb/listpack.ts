/**
 * Listpacks: the compact form of small hashes, sorted sets, sets and pieces of lists since Redis 7.0.
 *
 * Layout: `whole size u32le · entries u16le, 65535 for "count them" · entries · 0xff`. An entry is
 * `encoding and length · data · size of both, to be read backwards`.
 */
import type { Bytes } from "../bytes/bytes.ts";
import { integerText, numberText, readUnsigned } from "./little-endian.ts";
import { RdbError } from "./rdb-error.ts";

export const HEADER_BYTES = 6;
/** The count of entries when they are as many or more. */
export const COUNT_UNKNOWN = 0xffff;
export const END = 0xff;

/** Bytes of the integer behind the encodings 0xf1 to 0xf4. */
const INTEGER_BYTES = [2, 3, 4, 8] as const;

/**
 * The entries in order: views, and integers as text.
 *
 * @throws {RdbError} damaged; at the end at the latest
 */
export function* listpackEntries(bytes: Bytes): Generator<Bytes> {
  const end = bytes.length - 1;
  if (end < HEADER_BYTES || readUnsigned(bytes, 0, 4) !== bytes.length || bytes[end] !== END) {
    throw damaged();
  }
  const announced = readUnsigned(bytes, 4, 2);
  let count = 0;
  for (let at = HEADER_BYTES; at < end; count++) {
    const dataAt = at + encodingBytes(bytes[at]!);
    if (dataAt > end) throw damaged();
    const dataEnd = dataAt + dataBytes(bytes, at);
    if (dataEnd > end) throw damaged();
    const entry = entryAt(bytes, at, dataAt, dataEnd);
    at = passSize(bytes, dataEnd, end, dataEnd - at);
    yield entry;
  }
  if (announced !== COUNT_UNKNOWN && announced !== count) throw damaged();
}

/** Bytes of encoding and length before the data. */
function encodingBytes(first: number): number {
  if (first < 0xc0) return 1;
  if (first < 0xf0) return first < 0xe0 ? 1 : 2;
  return first === 0xf0 ? 5 : 1;
}

/** Bytes of the data. REQUIRES: encoding and length are there. */
function dataBytes(bytes: Bytes, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 0;
  if (first < 0xc0) return first & 0x3f;
  if (first < 0xe0) return 1;
  if (first < 0xf0) return ((first & 0x0f) << 8) | bytes[at + 1]!;
  if (first === 0xf0) return readUnsigned(bytes, at + 1, 4);
  const integer = INTEGER_BYTES[first - 0xf1];
  if (integer === undefined) throw damaged();
  return integer;
}

function entryAt(bytes: Bytes, at: number, dataAt: number, dataEnd: number): Bytes {
  const first = bytes[at]!;
  if (first < 0x80) return numberText(first);
  if (first >= 0xc0 && first < 0xe0) {
    const value = ((first & 0x1f) << 8) | bytes[dataAt]!;
    return numberText(value < 0x1000 ? value : value - 0x2000);
  }
  if (first > 0xf0) return integerText(bytes, dataAt, dataEnd - dataAt);
  return bytes.subarray(dataAt, dataEnd);
}

/**
 * Checks the size behind an entry and answers where it ends: seven bits a byte, the highest first, all but the
 * first of these marked.
 */
function passSize(bytes: Bytes, at: number, end: number, size: number): number {
  const last = at + sizeBytes(size) - 1;
  if (last >= end) throw damaged();
  let rest = size;
  for (let i = last; i >= at; i--) {
    const digit = rest % 128;
    if (bytes[i] !== (i === at ? digit : digit | 0x80)) throw damaged();
    rest = (rest - digit) / 128;
  }
  return last + 1;
}

/** How many bytes the size behind an entry takes; Redis takes more than needed for some. */
export function sizeBytes(size: number): number {
  if (size < 128) return 1;
  if (size < 16_383) return 2;
  if (size < 2_097_151) return 3;
  return size < 268_435_455 ? 4 : 5;
}

function damaged(): RdbError {
  return new RdbError("damaged listpack");
}
