/**
 * Zipmaps: the compact form of hashes up to Redis 2.4, still found in old files.
 *
 * Layout: `fields u8, 254 and more for "count them" · (length · field · length · unused u8 · value · unused
 * bytes)* · 0xff`. A length is u8 below 254, or 0xfe and u32le.
 */
import type { Bytes } from "../bytes/bytes.ts";
import { readUnsigned } from "./little-endian.ts";
import { RdbError } from "./rdb-error.ts";

const COUNT_UNKNOWN = 0xfe;
const END = 0xff;
const LONG_LENGTH = 0xfe;

/**
 * Field, value, field, value ... as views.
 *
 * @throws {RdbError} damaged; at the end at the latest
 */
export function* zipmapEntries(bytes: Bytes): Generator<Bytes> {
  const end = bytes.length - 1;
  if (end < 1 || bytes[end] !== END) throw damaged();
  let count = 0;
  for (let at = 1; at < end; count++) {
    const isValue = count % 2 === 1;
    const isLong = bytes[at] === LONG_LENGTH;
    const lengthEnd = at + (isLong ? 5 : 1);
    const start = isValue ? lengthEnd + 1 : lengthEnd;
    if (bytes[at] === END || start > end) throw damaged();
    const length = isLong ? readUnsigned(bytes, at + 1, 4) : bytes[at]!;
    const unused = isValue ? bytes[lengthEnd]! : 0;
    if (start + length + unused > end) throw damaged();
    yield bytes.subarray(start, start + length);
    at = start + length + unused;
  }
  const announced = bytes[0]!;
  if (count % 2 !== 0 || (announced < COUNT_UNKNOWN && announced * 2 !== count)) throw damaged();
}

function damaged(): RdbError {
  return new RdbError("damaged zipmap");
}
