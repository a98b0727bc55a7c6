/**
 * A copy of all rows as bytes: what FULLSYNC answers and `ledis dump` writes. A head, blocks of rows, an end.
 * On disk and on the wire: never renumber. Layouts stand in docs/disk-format.md.
 *
 *     head   "LEDISDMP" · version u16be · file u32be · offset u64be · that file's header event · CRC-32 u32be
 *     rows   1 · unpacked length u32be · CRC-32 of the unpacked bytes u32be · snappy of
 *            (key length u32be · value length u32be · row key · value)*
 *     end    0 · number of rows u64be · CRC-32 of those 8 bytes u32be
 */
import {
  decodeFileHeader,
  FILE_HEADER_BYTES,
  type FileHeader,
  readU32,
  readU64,
  writeU32,
  writeU64,
} from "../../binlog/event.ts";
import type { LogPosition } from "../../binlog/position.ts";
import { type Bytes, fromText } from "../../bytes/bytes.ts";
import { crc32 } from "../../bytes/crc32.ts";
import { packSnappy, unpackSnappy } from "../../bytes/snappy.ts";
import { StorageError } from "../../errors.ts";

const MAGIC = fromText("LEDISDMP");
const VERSION = 1;
const POSITION_AT = MAGIC.length + 2;
const HEADER_AT = POSITION_AT + 4 + 8;
export const SNAPSHOT_HEAD_BYTES = HEADER_AT + FILE_HEADER_BYTES + 4;

const BLOCK_END = 0;
const BLOCK_ROWS = 1;
export const ROWS_BLOCK_HEAD_BYTES = 9;
export const END_BLOCK_BYTES = 13;

/** First byte of a row that stands for an entry of the table `garbage`: `what u8 · number u64be`, no value. */
export const GARBAGE_ROW = 0xff;
export const GARBAGE_COLLECTION = 1;
export const GARBAGE_SPACE = 2;

/** What a snapshot is a copy of. */
export interface SnapshotHead {
  /** The rows are the log's state up to here. */
  readonly position: LogPosition;
  /** The header event of the log file of `position`. */
  readonly headerBytes: Bytes;
  readonly header: FileHeader;
}

export type SnapshotBlock =
  | { readonly kind: "rows"; readonly rows: Bytes }
  | { readonly kind: "end"; readonly rowCount: number };

export function encodeSnapshotHead(position: LogPosition, headerBytes: Bytes): Bytes {
  const bytes = new Uint8Array(SNAPSHOT_HEAD_BYTES);
  bytes.set(MAGIC);
  bytes[MAGIC.length + 1] = VERSION;
  writeU32(bytes, POSITION_AT, position.file);
  writeU64(bytes, POSITION_AT + 4, position.offset);
  bytes.set(headerBytes, HEADER_AT);
  writeU32(bytes, SNAPSHOT_HEAD_BYTES - 4, crc32(bytes.subarray(0, SNAPSHOT_HEAD_BYTES - 4)));
  return bytes;
}

/** @throws {StorageError} not a snapshot's head, damaged, or of a newer version */
export function decodeSnapshotHead(bytes: Bytes): SnapshotHead {
  const isOurs = bytes.length >= SNAPSHOT_HEAD_BYTES && MAGIC.every((byte, i) => bytes[i] === byte);
  if (!isOurs) throw new StorageError("not a ledis dump");
  const version = (bytes[MAGIC.length]! << 8) | bytes[MAGIC.length + 1]!;
  if (version > VERSION) {
    throw new StorageError(`dump format ${version} is newer than this program's ${VERSION}`);
  }
  const sum = crc32(bytes.subarray(0, SNAPSHOT_HEAD_BYTES - 4));
  const headerBytes = bytes.slice(HEADER_AT, HEADER_AT + FILE_HEADER_BYTES);
  const header = decodeFileHeader(headerBytes);
  const position = { file: readU32(bytes, POSITION_AT), offset: readU64(bytes, POSITION_AT + 4) };
  const whole =
    readU32(bytes, SNAPSHOT_HEAD_BYTES - 4) === sum &&
    header !== null &&
    header.fileNumber === position.file &&
    position.offset >= FILE_HEADER_BYTES;
  if (!whole) throw new StorageError("the dump's head is damaged");
  return { position, headerBytes, header };
}

/** Bytes of one row in a block. */
export function snapshotRowBytes(keyBytes: number, valueBytes: number): number {
  return 8 + keyBytes + valueBytes;
}

/** Writes the lengths of a row; answers where its key goes, and behind that its value. */
export function writeRowLengths(
  target: Bytes,
  at: number,
  keyBytes: number,
  valueBytes: number,
): number {
  writeU32(target, at, keyBytes);
  writeU32(target, at + 4, valueBytes);
  return at + 8;
}

/** @param rows rows as `writeRowLengths` begins them */
export function encodeRowsBlock(rows: Bytes): Bytes {
  const packed = packSnappy(rows);
  const block = new Uint8Array(ROWS_BLOCK_HEAD_BYTES + packed.length);
  block[0] = BLOCK_ROWS;
  writeU32(block, 1, rows.length);
  writeU32(block, 5, crc32(rows));
  block.set(packed, ROWS_BLOCK_HEAD_BYTES);
  return block;
}

export function encodeEndBlock(rowCount: number): Bytes {
  const block = new Uint8Array(END_BLOCK_BYTES);
  block[0] = BLOCK_END;
  writeU64(block, 1, rowCount);
  writeU32(block, 9, crc32(block.subarray(1, 9)));
  return block;
}

/** @throws {StorageError} damaged */
export function decodeBlock(block: Bytes): SnapshotBlock {
  if (block[0] === BLOCK_END && block.length === END_BLOCK_BYTES) {
    if (readU32(block, 9) === crc32(block.subarray(1, 9))) {
      return { kind: "end", rowCount: readU64(block, 1) };
    }
  }
  if (block[0] === BLOCK_ROWS && block.length > ROWS_BLOCK_HEAD_BYTES) {
    const rows = unpackSnappy(block.subarray(ROWS_BLOCK_HEAD_BYTES), readU32(block, 1));
    if (rows?.length === readU32(block, 1) && readU32(block, 5) === crc32(rows))
      return { kind: "rows", rows };
  }
  throw new StorageError("a block of the dump is damaged");
}

/** Calls `onRow` for each row of a block. @throws {StorageError} the lengths do not fit */
export function forEachRow(
  rows: Bytes,
  onRow: (keyStart: number, valueStart: number, end: number) => void,
): void {
  let at = 0;
  while (at < rows.length) {
    const keyStart = at + 8;
    if (keyStart > rows.length) throw new StorageError("a block of the dump is damaged");
    const valueStart = keyStart + readU32(rows, at);
    const end = valueStart + readU32(rows, at + 4);
    if (end > rows.length) throw new StorageError("a block of the dump is damaged");
    onRow(keyStart, valueStart, end);
    at = end;
  }
}
