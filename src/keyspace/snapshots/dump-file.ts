/**
 * A snapshot in a file: its head, then each block with its length (u32be) before it. A file that is not complete
 * never has the name that was asked for, and is told from a complete one by its missing end block.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { readU32, writeU32 } from "../../binlog/event.ts";
import { NewFile } from "../../binlog/new-file.ts";
import { type Bytes, concatBytes } from "../../bytes/bytes.ts";
import { StorageError } from "../../errors.ts";
import {
  decodeBlock,
  decodeSnapshotHead,
  forEachRow,
  SNAPSHOT_HEAD_BYTES,
  type SnapshotHead,
} from "./snapshot-format.ts";

const LENGTH_BYTES = 4;

/** Writes `path` by way of `path.tmp`. */
export class DumpWriter {
  readonly #file: NewFile;
  #rowCount = 0;
  #isComplete = false;

  /** @throws {StorageError} the head is none @throws the file cannot be created */
  constructor(path: string, head: Bytes) {
    decodeSnapshotHead(head);
    this.#file = new NewFile(path);
    this.#file.write(head);
  }

  /** Bytes so far. */
  get size(): number {
    return this.#file.size;
  }

  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Rows so far, those of all kinds. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /** Checks and writes the next block. @throws {StorageError} it is damaged, or not the next @throws the disk refuses */
  add(block: Bytes): void {
    if (this.#isComplete) throw new StorageError("the dump goes on behind its end");
    const decoded = decodeBlock(block);
    if (decoded.kind === "rows") forEachRow(decoded.rows, () => this.#rowCount++);
    else if (decoded.rowCount === this.#rowCount) this.#isComplete = true;
    else {
      throw new StorageError(`the dump has ${decoded.rowCount} rows, ${this.#rowCount} arrived`);
    }
    const length = new Uint8Array(LENGTH_BYTES);
    writeU32(length, 0, block.length);
    this.#file.write(concatBytes(length, block));
  }

  /** Makes it durable, and gives it its name. @throws {StorageError} incomplete @throws the disk refuses */
  finish(): void {
    if (!this.#isComplete) throw new StorageError("the dump is incomplete");
    this.#file.finish();
  }

  /** Removes what was written. */
  abandon(): void {
    this.#file.abandon();
  }
}

export class DumpReader {
  readonly #path: string;
  readonly #fd: number;
  /** What stands at the file's beginning, and what it says. */
  readonly headBytes: Bytes;
  readonly head: SnapshotHead;
  readonly size: number;
  /** Bytes read so far. */
  at: number;

  /** @throws {StorageError} no dump, damaged, or newer @throws the file cannot be read */
  constructor(path: string) {
    this.#path = path;
    this.#fd = openSync(path, "r");
    try {
      this.size = fstatSync(this.#fd).size;
      this.headBytes = this.#read(0, Math.min(SNAPSHOT_HEAD_BYTES, this.size));
      this.head = decodeSnapshotHead(this.headBytes);
      this.at = SNAPSHOT_HEAD_BYTES;
    } catch (error) {
      closeSync(this.#fd);
      if (!(error instanceof StorageError)) throw error;
      throw new StorageError(`${path}: ${error.message}`, { cause: error });
    }
  }

  /** The next block; null at the file's end. Whether all were there is for the end block to say. @throws {StorageError} cut short */
  next(): Bytes | null {
    if (this.at === this.size) return null;
    const left = this.size - this.at - LENGTH_BYTES;
    const length = left < 0 ? 0 : readU32(this.#read(this.at, LENGTH_BYTES), 0);
    if (left < 0 || length > left) {
      throw new StorageError(`${this.#path}: the dump is cut short, or damaged at byte ${this.at}`);
    }
    const block = this.#read(this.at + LENGTH_BYTES, length);
    this.at += LENGTH_BYTES + length;
    return block;
  }

  close(): void {
    closeSync(this.#fd);
  }

  #read(at: number, length: number): Bytes {
    const bytes = new Uint8Array(length);
    for (let filled = 0; filled < length; ) {
      const count = readSync(this.#fd, bytes, filled, length - filled, at + filled);
      if (count === 0) throw new StorageError(`${this.#path}: the dump is cut short`);
      filled += count;
    }
    return bytes;
  }
}
