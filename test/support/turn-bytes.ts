/** Turns as they stand in the log, made by hand. */

import {
  DELETE_OVERHEAD_BYTES,
  putEventBytes,
  TURN_END_BYTES,
  writeDeleteHead,
  writePutHead,
  writeTurnEndHead,
  writeU32,
} from "../../src/binlog/event.ts";
import { type Bytes, concatBytes } from "../../src/bytes/bytes.ts";
import { crc32 } from "../../src/bytes/crc32.ts";

export function putEvent(key: Bytes, value: Bytes, timeSeconds = 1): Bytes {
  const bytes = new Uint8Array(putEventBytes(key.length, value.length));
  const at = writePutHead(bytes, 0, timeSeconds, key.length, value.length);
  bytes.set(key, at);
  bytes.set(value, at + key.length);
  return bytes;
}

export function deleteEvent(key: Bytes, timeSeconds = 1): Bytes {
  const bytes = new Uint8Array(DELETE_OVERHEAD_BYTES + key.length);
  bytes.set(key, writeDeleteHead(bytes, 0, timeSeconds, key.length));
  return bytes;
}

/** The events, and the turn's end behind them. */
export function turnBytes(events: readonly Bytes[], timeSeconds = 1): Bytes {
  const end = new Uint8Array(TURN_END_BYTES);
  writeTurnEndHead(end, 0, timeSeconds, events.length);
  const bytes = concatBytes(...events, end);
  writeU32(bytes, bytes.length - 4, crc32(bytes.subarray(0, bytes.length - 4)));
  return bytes;
}
