/**
 * Ziplists: what listpacks were before Redis 7.0.
 *
 * Layout: `whole size u32le · offset of the last entry u32le · entries u16le, 65535 for "count them" · entries ·
 * 0xff`. An entry is `size of the one before, u8 or 0xfe and u32le · encoding and length · data`.
 */
import type { Bytes } from "../bytes/bytes.ts";
import { integerText, numberText, readUnsigned } from "./little-endian.ts";
import { RdbError } from "./rdb-error.ts";

const HEADER_BYTES = 10;
const COUNT_UNKNOWN = 0xffff;
const END = 0xff;
/** From here on the size of an entry takes five bytes. */
const LONG_SIZE = 0xfe;

/** Bytes of the integer behind an encoding. */
const INTEGER_BYTES: ReadonlyMap<number, 1 | 2 | 3 | 4 | 8> = new Map([
  [0xc0, 2],
  [0xd0, 4],
  [0xe0, 8],
  [0xf0, 3],
  [0xfe, 1],
]);

/**
 * The entries in order: views, and integers as text.
 *
 * @throws {RdbError} damaged; at the end at the latest
 */
export function* ziplistEntries(bytes: Bytes): Generator<Bytes> {
  const end = bytes.length - 1;
  if (end < HEADER_BYTES || readUnsigned(bytes, 0, 4) !== bytes.length || bytes[end] !== END) {
    throw damaged();
  }
  const announced = readUnsigned(bytes, 8, 2);
  let before = 0;
  let last = HEADER_BYTES;
  let count = 0;
  for (let at = HEADER_BYTES; at < end; count++) {
    const start = passSizeBefore(bytes, at, end, before);
    if (start >= end) throw damaged();
    const dataAt = start + encodingBytes(bytes[start]!);
    if (dataAt > end) throw damaged();
    const dataEnd = dataAt + dataBytes(bytes, start);
    if (dataEnd > end) throw damaged();
    const entry = entryAt(bytes, start, dataAt, dataEnd);
    before = dataEnd - at;
    last = at;
    at = dataEnd;
    yield entry;
  }
  if (readUnsigned(bytes, 4, 4) !== last) throw damaged();
  if (announced !== COUNT_UNKNOWN && announced !== count) throw damaged();
}

/** Checks the size of the entry before, and answers where it ends. Small ones may be written in the long form. */
function passSizeBefore(bytes: Bytes, at: number, end: number, before: number): number {
  const first = bytes[at]!;
  if (first < LONG_SIZE) {
    if (first !== before) throw damaged();
    return at + 1;
  }
  if (first !== LONG_SIZE || at + 5 > end || readUnsigned(bytes, at + 1, 4) !== before) {
    throw damaged();
  }
  return at + 5;
}

/** Bytes of encoding and length before the data. */
function encodingBytes(first: number): number {
  if (first < 0x40 || first >= 0xc0) return 1;
  return first < 0x80 ? 2 : 5;
}

/** Bytes of the data. REQUIRES: encoding and length are there. */
function dataBytes(bytes: Bytes, at: number): number {
  const first = bytes[at]!;
  if (first < 0x40) return first;
  if (first < 0x80) return ((first & 0x3f) << 8) | bytes[at + 1]!;
  if (first === 0x80) return Buffer.from(bytes.buffer, bytes.byteOffset + at + 1, 4).readUInt32BE();
  if (isImmediate(first)) return 0;
  const integer = INTEGER_BYTES.get(first);
  if (integer === undefined) throw damaged();
  return integer;
}

function entryAt(bytes: Bytes, at: number, dataAt: number, dataEnd: number): Bytes {
  const first = bytes[at]!;
  if (isImmediate(first)) return numberText(first - 0xf1);
  if (first >= 0xc0) return integerText(bytes, dataAt, dataEnd - dataAt);
  return bytes.subarray(dataAt, dataEnd);
}

/** Integers from 0 to 12 stand in the encoding itself. */
function isImmediate(first: number): boolean {
  return first >= 0xf1 && first <= 0xfd;
}

function damaged(): RdbError {
  return new RdbError("damaged ziplist");
}
