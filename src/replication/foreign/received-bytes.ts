/**
 * Bytes that have come and were not taken yet: in memory up to a limit, behind that in a file, so that a master need not
 * wait while its copy is being stored. The file has no name: it goes with the process.
 */
import { closeSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { type Bytes, copyBytes } from "../../bytes/bytes.ts";

/** Read from the file at once, in bytes. */
const PIECE_BYTES = 256 * 1024;

export interface ReceivedLimits {
  /** In memory, in bytes. */
  readonly memoryBytesMax: number;
  /** In the file, in bytes. */
  readonly fileBytesMax: number;
}

export class ReceivedBytes {
  readonly #path: string;
  readonly #limits: ReceivedLimits;
  #pieces: Bytes[] = [];
  #memoryBytes = 0;
  #file: number | null = null;
  #written = 0;
  #read = 0;

  /** @param path where the file is made; it must not exist */
  constructor(path: string, limits: ReceivedLimits) {
    this.#path = path;
    this.#limits = limits;
  }

  /** How many bytes there are. */
  get bytes(): number {
    return this.#memoryBytes + this.#written - this.#read;
  }

  /** True when no more should come until some were taken. */
  get isFull(): boolean {
    return this.#written - this.#read > this.#limits.fileBytesMax;
  }

  /** Appends a piece, which is the queue's from now on. @throws the file cannot be written */
  push(piece: Bytes): void {
    if (this.#written === this.#read && this.#memoryBytes < this.#limits.memoryBytesMax) {
      this.#pieces.push(piece);
      this.#memoryBytes += piece.length;
      return;
    }
    this.#file ??= openNameless(this.#path);
    for (let at = 0; at < piece.length; ) {
      const bytes = writeSync(this.#file, piece, at, piece.length - at, this.#written);
      at += bytes;
      this.#written += bytes;
    }
  }

  /** Puts a piece back that was taken last: it comes first. */
  unshift(piece: Bytes): void {
    if (piece.length === 0) return;
    this.#pieces.unshift(piece);
    this.#memoryBytes += piece.length;
  }

  /** Takes the next bytes, at least one; null when there are none. @throws the file cannot be read */
  take(): Bytes | null {
    const piece = this.#pieces.shift();
    if (piece !== undefined) {
      this.#memoryBytes -= piece.length;
      return piece;
    }
    return this.#written > this.#read ? this.#takeFromFile() : null;
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
    this.#pieces = [];
    this.#memoryBytes = this.#written = this.#read = 0;
  }

  #takeFromFile(): Bytes {
    const target = new Uint8Array(Math.min(PIECE_BYTES, this.#written - this.#read));
    const bytes = readSync(this.#file!, target, 0, target.length, this.#read);
    if (bytes === 0) throw new Error("the file of received bytes has become shorter");
    this.#read += bytes;
    if (this.#read === this.#written) {
      ftruncateSync(this.#file!, 0);
      this.#read = this.#written = 0;
    }
    return bytes === target.length ? target : copyBytes(target.subarray(0, bytes));
  }
}

function openNameless(path: string): number {
  const file = openSync(path, "wx+", 0o600);
  unlinkSync(path);
  return file;
}
