/** Payloads with a right checksum, whatever they hold. */

import { concatBytes } from "../../src/bytes/bytes.ts";
import { Crc64 } from "../../src/bytes/crc64.ts";

/** `body` with version and checksum behind it. */
export function sealBytes(body: Uint8Array, version = 9): Uint8Array {
  const payload = concatBytes(body, Uint8Array.of(version & 0xff, version >> 8), new Uint8Array(8));
  const end = payload.length - 8;
  new Crc64().update(payload, 0, end).write(payload, end);
  return payload;
}
