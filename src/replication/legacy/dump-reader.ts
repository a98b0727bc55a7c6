/** A dump of LedisDB v0.1, read from a file piece by piece. It has no checksums: every length is checked. */
import { type FileHandle, open } from "node:fs/promises";
import { readU32 } from "../../binlog/event.ts";
import type { Bytes } from "../../bytes/bytes.ts";
import { unpackSnappy } from "../../bytes/snappy.ts";
import { LinkError } from "../link-error.ts";
import { decodePlace, type LegacyPlace, PLACE_BYTES } from "./legacy-answer.ts";

/** Read at once; a longer record is read whole all the same. */
const PIECE_BYTES = 128 * 1024;
/** Records, and their bytes unpacked, after which a batch ends: writing it must not hold up others. */
const BATCH_RECORDS = 128;
const BATCH_BYTES = 256 * 1024;
/** Longest key or value, unpacked. */
const UNPACKED_BYTES_MAX = 2 ** 30;

export interface DumpRecord {
  readonly key: Bytes;
  readonly value: Bytes;
}

export class DumpReader {
  readonly #file: FileHandle;
  readonly #bytes: number;
  /** Where in the file `#piece` begins. */
  #at = PLACE_BYTES;
  #piece: Bytes = new Uint8Array(0);
  #offset = 0;
  /** Of the log, when the dump was made. */
  readonly place: LegacyPlace;

  private constructor(file: FileHandle, bytes: number, place: LegacyPlace) {
    this.#file = file;
    this.#bytes = bytes;
    this.place = place;
  }

  /** @throws {LinkError} it is no dump */
  static async open(path: string): Promise<DumpReader> {
    const file = await open(path, "r");
    try {
      const { size } = await file.stat();
      const head = new Uint8Array(PLACE_BYTES);
      const { bytesRead } = await file.read(head, 0, PLACE_BYTES, 0);
      return new DumpReader(file, size, decodePlace(head.subarray(0, bytesRead)));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** The next records, at least one; null at the end. @throws {LinkError} the dump is damaged */
  async next(): Promise<DumpRecord[] | null> {
    const records: DumpRecord[] = [];
    let bytes = 0;
    while (bytes < BATCH_BYTES && records.length < BATCH_RECORDS) {
      const record = this.#take();
      if (record !== null) {
        records.push(record);
        bytes += record.key.length + record.value.length;
      } else if (records.length > 0 || !(await this.#readOn())) break;
    }
    return records.length === 0 ? null : records;
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  /** The record at hand; null when it is not all there. */
  #take(): DumpRecord | null {
    const whole = this.#recordBytes();
    if (whole > this.#piece.length - this.#offset) return null;
    const keyBytes = readU16(this.#piece, this.#offset);
    const valueStart = this.#offset + 2 + keyBytes + 4;
    const key = unpack(this.#piece.subarray(this.#offset + 2, this.#offset + 2 + keyBytes));
    const value = unpack(this.#piece.subarray(valueStart, this.#offset + whole));
    this.#offset += whole;
    return { key, value };
  }

  /** How long the record at hand is, as far as that can be told: more than is there, when it is not all there. */
  #recordBytes(): number {
    const there = this.#piece.length - this.#offset;
    if (there < 2) return 2;
    const head = 2 + readU16(this.#piece, this.#offset) + 4;
    return there < head ? head : head + readU32(this.#piece, this.#offset + head - 4);
  }

  /** Reads more behind what is at hand; false at the end of the file. */
  async #readOn(): Promise<boolean> {
    const at = this.#at + this.#offset;
    const left = this.#bytes - at;
    if (left === 0) return false;
    const wanted = this.#recordBytes();
    if (wanted > left) throw new LinkError("the master's dump ends within a record");
    const piece = new Uint8Array(Math.min(left, Math.max(PIECE_BYTES, wanted)));
    for (let read = 0; read < piece.length; ) {
      const { bytesRead } = await this.#file.read(piece, read, piece.length - read, at + read);
      if (bytesRead === 0) throw new LinkError("the master's dump has become shorter");
      read += bytesRead;
    }
    this.#at = at;
    this.#piece = piece;
    this.#offset = 0;
    return true;
  }
}

function readU16(source: Bytes, at: number): number {
  return (source[at]! << 8) | source[at + 1]!;
}

function unpack(block: Bytes): Bytes {
  const bytes = unpackSnappy(block, UNPACKED_BYTES_MAX);
  if (bytes === null) throw new LinkError("the master's dump is damaged");
  return bytes;
}
