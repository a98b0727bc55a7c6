/**
 * What SYNC answers: snappy of `file i64be · offset i64be · log bytes`, the place to ask for next and whole turns,
 * which a file's header precedes where they begin the file. LedisDB v0.1 has the same form.
 */
import type { LogPosition } from "../binlog/position.ts";
import { type Bytes, EMPTY } from "../bytes/bytes.ts";
import { packSnappy, storeSnappy, unpackSnappy } from "../bytes/snappy.ts";

const HEAD_BYTES = 16;
/** File number of an answer that sends the slave to a full copy. */
export const FULL_COPY_NEEDED = -1;
/** File number of a server that keeps no log. */
export const NO_LOG = 0;

export interface SyncAnswer {
  /** FULL_COPY_NEEDED, NO_LOG, or the file to ask for next. */
  readonly file: number;
  readonly offset: number;
  /** Whole turns; empty when there is nothing new. */
  readonly bytes: Bytes;
}

/** @param compresses false: the block is one literal, which costs a copy instead of a search */
export function encodeSyncAnswer(
  next: LogPosition,
  bytes: Bytes = EMPTY,
  compresses = false,
): Bytes {
  const whole = new Uint8Array(HEAD_BYTES + bytes.length);
  const view = new DataView(whole.buffer);
  view.setBigInt64(0, BigInt(next.file));
  view.setBigInt64(8, BigInt(next.offset));
  whole.set(bytes, HEAD_BYTES);
  return compresses && bytes.length > 0 ? packSnappy(whole) : storeSnappy(whole);
}

/**
 * @param bytesMax longest stretch of log that is taken
 * @returns null when it is damaged or too long
 */
export function decodeSyncAnswer(block: Bytes, bytesMax: number): SyncAnswer | null {
  const whole = unpackSnappy(block, HEAD_BYTES + bytesMax);
  if (whole === null || whole.length < HEAD_BYTES) return null;
  const view = new DataView(whole.buffer, whole.byteOffset, HEAD_BYTES);
  return {
    file: Number(view.getBigInt64(0)),
    offset: Number(view.getBigInt64(8)),
    bytes: whole.subarray(HEAD_BYTES),
  };
}
