/** CRC-32 (IEEE 802.3, as in gzip and PNG): the checksum of records on disk. */
import { crc32 as nativeCrc32 } from "node:zlib";
import type { Bytes } from "./bytes.ts";

/**
 * The CRC-32 of the bytes, in [0, 2^32). To sum several pieces, hand each the checksum of those
 * before it: `crc32(b, crc32(a))` is `crc32(a then b)`.
 */
export function crc32(bytes: Bytes, before = 0): number {
  return nativeCrc32(bytes, before);
}
