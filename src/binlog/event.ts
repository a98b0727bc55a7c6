/**
 * The binlog's events, as bytes: how they are framed, and how a turn ends.
 * On disk and on the wire: never renumber. Layouts stand in docs/disk-format.md.
 *
 * Every event is `time u32be (unix seconds) · length u32be · payload`, the payload's first byte its
 * kind; kinds 0 and 1 are LedisDB's (its v0.1, section 12 of its binlog), kind 2 was reserved there
 * and carries what it had no form for.
 */
import { crc32 } from "../bytes/crc32.ts";
import { hashBytes } from "../bytes/hash.ts";

/** Bytes before an event's payload: time and length. */
export const EVENT_HEADER_BYTES = 8;

/** `0 · key`. */
export const EVENT_DELETE = 0;
/** `1 · key length u16be · key · value`. */
export const EVENT_PUT = 1;
/** `2 · command · ...`. */
export const EVENT_COMMAND = 2;

/** `2 · 1 · event count u32be · CRC-32 u32be` of all bytes of the turn up to the CRC itself. */
export const COMMAND_TURN_END = 1;
/** `2 · 2 · key length u32be · key · value`: a put whose key does not fit a u16. */
export const COMMAND_LONG_PUT = 2;
/** `2 · 3 · version u16be · file number u32be · base u64be · history id (16 bytes) · CRC-32 u32be`. */
export const COMMAND_FILE_HEADER = 3;

/** Version of the log format that this program writes. */
export const LOG_VERSION = 1;

export const HISTORY_ID_BYTES = 16;
export const TURN_END_BYTES = EVENT_HEADER_BYTES + 10;
export const FILE_HEADER_BYTES = EVENT_HEADER_BYTES + 2 + 2 + 4 + 8 + HISTORY_ID_BYTES + 4;

/** Longest key of a plain put event. */
export const SHORT_KEY_BYTES_MAX = 0xffff;
/** Bytes of a put event besides key and value. */
export const PUT_OVERHEAD_BYTES = EVENT_HEADER_BYTES + 3;
/** Bytes of a long put event besides key and value. */
export const LONG_PUT_OVERHEAD_BYTES = EVENT_HEADER_BYTES + 6;
/** Bytes of a delete event besides the key. */
export const DELETE_OVERHEAD_BYTES = EVENT_HEADER_BYTES + 1;

export function readU32(source: Uint8Array, at: number): number {
  return (
    ((source[at]! << 24) | (source[at + 1]! << 16) | (source[at + 2]! << 8) | source[at + 3]!) >>> 0
  );
}

export function writeU32(target: Uint8Array, at: number, value: number): void {
  target[at] = value >>> 24;
  target[at + 1] = value >>> 16;
  target[at + 2] = value >>> 8;
  target[at + 3] = value;
}

/** Up to 2^53 - 1. */
export function readU64(source: Uint8Array, at: number): number {
  return readU32(source, at) * 2 ** 32 + readU32(source, at + 4);
}

export function writeU64(target: Uint8Array, at: number, value: number): void {
  writeU32(target, at, Math.floor(value / 2 ** 32));
  writeU32(target, at + 4, value % 2 ** 32);
}

/** Writes time and payload length; answers where the payload starts. */
function writeEventHeader(
  target: Uint8Array,
  at: number,
  timeSeconds: number,
  payloadBytes: number,
): number {
  writeU32(target, at, timeSeconds);
  writeU32(target, at + 4, payloadBytes);
  return at + EVENT_HEADER_BYTES;
}

/** Whole size of the put event of a row. */
export function putEventBytes(keyBytes: number, valueBytes: number): number {
  const overhead = keyBytes <= SHORT_KEY_BYTES_MAX ? PUT_OVERHEAD_BYTES : LONG_PUT_OVERHEAD_BYTES;
  return overhead + keyBytes + valueBytes;
}

/** Writes everything of a put event before its key; answers where the key goes. */
export function writePutHead(
  target: Uint8Array,
  at: number,
  timeSeconds: number,
  keyBytes: number,
  valueBytes: number,
): number {
  if (keyBytes <= SHORT_KEY_BYTES_MAX) {
    const payload = writeEventHeader(target, at, timeSeconds, 3 + keyBytes + valueBytes);
    target[payload] = EVENT_PUT;
    target[payload + 1] = keyBytes >>> 8;
    target[payload + 2] = keyBytes;
    return payload + 3;
  }
  const payload = writeEventHeader(target, at, timeSeconds, 6 + keyBytes + valueBytes);
  target[payload] = EVENT_COMMAND;
  target[payload + 1] = COMMAND_LONG_PUT;
  writeU32(target, payload + 2, keyBytes);
  return payload + 6;
}

/** Writes everything of a delete event before its key; answers where the key goes. */
export function writeDeleteHead(
  target: Uint8Array,
  at: number,
  timeSeconds: number,
  keyBytes: number,
): number {
  const payload = writeEventHeader(target, at, timeSeconds, 1 + keyBytes);
  target[payload] = EVENT_DELETE;
  return payload + 1;
}

/**
 * Writes a turn-end event of TURN_END_BYTES with room for the CRC in its last four bytes, which the
 * caller fills with `writeU32` once it has summed the turn.
 */
export function writeTurnEndHead(
  target: Uint8Array,
  at: number,
  timeSeconds: number,
  eventCount: number,
): void {
  const payload = writeEventHeader(target, at, timeSeconds, 10);
  target[payload] = EVENT_COMMAND;
  target[payload + 1] = COMMAND_TURN_END;
  writeU32(target, payload + 2, eventCount);
}

/** The event that opens every log file. */
export interface FileHeader {
  readonly version: number;
  readonly fileNumber: number;
  /** Log bytes before this file, since the first history began: base + offset counts up over all files. */
  readonly base: number;
  /** Names the uninterrupted run of the process that wrote this file: HISTORY_ID_BYTES random bytes. */
  readonly historyId: Uint8Array;
}

export function encodeFileHeader(header: FileHeader, timeSeconds: number): Uint8Array {
  const bytes = new Uint8Array(FILE_HEADER_BYTES);
  const payload = writeEventHeader(bytes, 0, timeSeconds, FILE_HEADER_BYTES - EVENT_HEADER_BYTES);
  bytes[payload] = EVENT_COMMAND;
  bytes[payload + 1] = COMMAND_FILE_HEADER;
  bytes[payload + 2] = header.version >>> 8;
  bytes[payload + 3] = header.version;
  writeU32(bytes, payload + 4, header.fileNumber);
  writeU64(bytes, payload + 8, header.base);
  bytes.set(header.historyId, payload + 16);
  writeU32(bytes, FILE_HEADER_BYTES - 4, crc32(bytes.subarray(0, FILE_HEADER_BYTES - 4)));
  return bytes;
}

/** Reads the header at the start of a log file; null when it is cut short, foreign or damaged. */
export function decodeFileHeader(bytes: Uint8Array): FileHeader | null {
  if (bytes.length < FILE_HEADER_BYTES) return null;
  const payload = EVENT_HEADER_BYTES;
  if (bytes[payload] !== EVENT_COMMAND || bytes[payload + 1] !== COMMAND_FILE_HEADER) return null;
  const sum = crc32(bytes.subarray(0, FILE_HEADER_BYTES - 4));
  if (readU32(bytes, FILE_HEADER_BYTES - 4) !== sum) return null;
  return {
    version: (bytes[payload + 2]! << 8) | bytes[payload + 3]!,
    fileNumber: readU32(bytes, payload + 4),
    base: readU64(bytes, payload + 8),
    historyId: bytes.slice(payload + 16, payload + 16 + HISTORY_ID_BYTES),
  };
}

/** True for a put or delete of a row; false for what is said about turns and files. */
export function isRowEvent(source: Uint8Array, at: number): boolean {
  if (source[at + EVENT_HEADER_BYTES] !== EVENT_COMMAND) return true;
  return source[at + EVENT_HEADER_BYTES + 1] === COMMAND_LONG_PUT;
}

/** True for a put of either length; false for a delete and every other event. */
export function isPut(source: Uint8Array, at: number): boolean {
  const kind = source[at + EVENT_HEADER_BYTES];
  return (
    kind === EVENT_PUT ||
    (kind === EVENT_COMMAND && source[at + EVENT_HEADER_BYTES + 1] === COMMAND_LONG_PUT)
  );
}

/** Where the event after this one starts. */
export function eventEnd(source: Uint8Array, at: number): number {
  return at + EVENT_HEADER_BYTES + readU32(source, at + 4);
}

/** Where the row key of a put or delete event starts. */
export function keyStart(source: Uint8Array, at: number): number {
  const kind = source[at + EVENT_HEADER_BYTES];
  if (kind === EVENT_PUT) return at + PUT_OVERHEAD_BYTES;
  return kind === EVENT_DELETE ? at + DELETE_OVERHEAD_BYTES : at + LONG_PUT_OVERHEAD_BYTES;
}

/** Where the row key of a put or delete event ends, which is where a put's value starts. */
export function keyEnd(source: Uint8Array, at: number): number {
  const kind = source[at + EVENT_HEADER_BYTES];
  if (kind === EVENT_PUT) {
    return at + PUT_OVERHEAD_BYTES + ((source[at + 9]! << 8) | source[at + 10]!);
  }
  if (kind === EVENT_DELETE) return eventEnd(source, at);
  return at + LONG_PUT_OVERHEAD_BYTES + readU32(source, at + 10);
}

/** Hash of the row key of a put or delete event. */
export function keyHash(source: Uint8Array, at: number): number {
  return hashBytes(source, keyStart(source, at), keyEnd(source, at));
}
