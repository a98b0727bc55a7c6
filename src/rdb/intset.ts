/**
 * Intsets: sets of integers, in ascending order.
 *
 * Layout: `bytes of an integer u32le: 2, 4 or 8 · integers u32le · integers, little-endian`.
 */
import type { Bytes } from "../bytes/bytes.ts";
import { integerText, readInt64, readSigned, readUnsigned } from "./little-endian.ts";
import { RdbError } from "./rdb-error.ts";

const HEADER_BYTES = 8;

/**
 * The integers as text, in order.
 *
 * @throws {RdbError} damaged; at the end at the latest
 */
export function* intsetMembers(bytes: Bytes): Generator<Bytes> {
  if (bytes.length < HEADER_BYTES) throw damaged();
  const width = readUnsigned(bytes, 0, 4);
  if (width !== 2 && width !== 4 && width !== 8) throw damaged();
  if (bytes.length - HEADER_BYTES !== readUnsigned(bytes, 4, 4) * width) throw damaged();
  let before: number | bigint | null = null;
  for (let at = HEADER_BYTES; at < bytes.length; at += width) {
    const value: number | bigint =
      width === 8 ? readInt64(bytes, at) : readSigned(bytes, at, width);
    if (before !== null && value <= before) throw damaged();
    before = value;
    yield integerText(bytes, at, width);
  }
}

function damaged(): RdbError {
  return new RdbError("damaged intset");
}
