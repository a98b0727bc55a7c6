/**
 * What DUMP answers and RESTORE takes: `type u8 · value · version u16le · CRC-64 of all before, u64le`. Redis's
 * own form, so that values go from one to the other; only LedisDB's bitmap is a type that Redis has not.
 */
import type { Bytes } from "../bytes/bytes.ts";
import { CRC64_BYTES, Crc64 } from "../bytes/crc64.ts";
import { RdbError } from "./rdb-error.ts";
import { RdbReader } from "./rdb-reader.ts";
import { RDB_VERSION_MAX } from "./rdb-types.ts";
import { openValue, type RdbValue } from "./rdb-value.ts";
import { RdbFullError, RdbWriter } from "./rdb-writer.ts";
import { skipValue } from "./value-shape.ts";

/** Versions that are written. The first one with doubles as scores: Redis 4.0 and later take it. */
export const VERSION_PLAIN = 8;
/** The first one with all numbers of streams, and with functions: Redis 7.0's. */
export const VERSION_WITH_STREAMS = 10;
/** The first one with TTLs of fields: Redis 7.4's. */
export const VERSION_WITH_FIELD_TTLS = 12;
const VERSION_BYTES = 2;
const FOOTER_BYTES = VERSION_BYTES + CRC64_BYTES;

/**
 * The payload of a value.
 *
 * @param write writes its type and what follows
 * @param bytesMax longest payload
 * @param version of the format: readers of older ones refuse it
 * @throws {RdbFullError} it would be longer
 */
export function sealPayload(
  write: (writer: RdbWriter) => void,
  bytesMax: number,
  version = VERSION_PLAIN,
): Bytes {
  const writer = new RdbWriter(bytesMax);
  write(writer);
  writer.raw(Uint8Array.of(version & 0xff, version >> 8));
  const checksum = new Uint8Array(CRC64_BYTES);
  new Crc64().update(writer.bytes).write(checksum, 0);
  writer.raw(checksum);
  if (writer.bytes.length > bytesMax) throw new RdbFullError("the value is too long");
  return writer.bytes;
}

/** Whether a payload is whole, and of a version that is read here. */
export function isSealed(payload: Bytes): boolean {
  const end = payload.length - FOOTER_BYTES;
  if (end < 0) return false;
  if ((payload[end]! | (payload[end + 1]! << 8)) > RDB_VERSION_MAX) return false;
  const checked = end + VERSION_BYTES;
  return new Crc64().update(payload, 0, checked).equals(payload, checked);
}

/** Reads what stands before the footer. REQUIRES: `isSealed` */
export function payloadReader(payload: Bytes, expandedBytesMax: number): RdbReader {
  return new RdbReader(payload, 0, payload.length - FOOTER_BYTES, expandedBytesMax);
}

/**
 * The value in a payload, unchecked.
 *
 * REQUIRES: `isSealed`.
 * @param expandedBytesMax how many bytes compressed strings in it may come to
 * @throws {RdbError} of a type that is not read here, or damaged
 */
export function openPayload(payload: Bytes, expandedBytesMax: number): RdbValue {
  const reader = payloadReader(payload, expandedBytesMax);
  const { end } = reader;
  const type = reader.byte();
  const start = reader.at;
  skipValue(reader, type);
  if (reader.left > 0) throw new RdbError("something follows the value");
  return openValue({ buffer: payload, start, end, type, expandedBytesMax });
}
