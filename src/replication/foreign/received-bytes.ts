/**
 * Bytes that have come and were not taken yet: in memory up to a limit, behind that in files, so that a master need not
 * wait while its copy is being stored. The files have no names: they go with the process, and each as soon as it is read.
 */
import { closeSync, openSync, readSync, rmSync, unlinkSync, writeSync } from "node:fs";
import { type Bytes, copyBytes } from "../../bytes/bytes.ts";

/** Read from a file at once, in bytes. */
const PIECE_BYTES = 256 * 1024;

export interface ReceivedLimits {
  /** In memory, in bytes. */
  readonly memoryBytesMax: number;
  /** In files, in bytes; a piece may go beyond it. */
  readonly filesBytesMax: number;
  /** In one file, in bytes; a piece may go beyond it. */
  readonly fileBytesMax: number;
}

interface SpoolFile {
  readonly descriptor: number;
  written: number;
  read: number;
}

export class ReceivedBytes {
  readonly #path: string;
  readonly #limits: ReceivedLimits;
  #pieces: Bytes[] = [];
  #memoryBytes = 0;
  /** The oldest first; what is in memory comes before all of them. */
  #files: SpoolFile[] = [];
  #fileBytes = 0;

  /** @param path where files are made; what is there is removed */
  constructor(path: string, limits: ReceivedLimits) {
    this.#path = path;
    this.#limits = limits;
  }

  /** How many bytes there are. */
  get bytes(): number {
    return this.#memoryBytes + this.#fileBytes;
  }

  /** True when no more should come until some were taken. */
  get isFull(): boolean {
    return this.#fileBytes > this.#limits.filesBytesMax;
  }

  /** Appends a piece, which is the queue's from now on. @throws a file cannot be written */
  push(piece: Bytes): void {
    if (this.#fileBytes === 0 && this.#memoryBytes < this.#limits.memoryBytesMax) {
      this.#pieces.push(piece);
      this.#memoryBytes += piece.length;
      return;
    }
    const file = this.#fileToWrite();
    for (let at = 0; at < piece.length; ) {
      const bytes = writeSync(file.descriptor, piece, at, piece.length - at, file.written);
      at += bytes;
      file.written += bytes;
      this.#fileBytes += bytes;
    }
  }

  /** Puts a piece back that was taken last: it comes first. */
  unshift(piece: Bytes): void {
    if (piece.length === 0) return;
    this.#pieces.unshift(piece);
    this.#memoryBytes += piece.length;
  }

  /** Takes the next bytes, at least one; null when there are none. @throws a file cannot be read */
  take(): Bytes | null {
    const piece = this.#pieces.shift();
    if (piece !== undefined) {
      this.#memoryBytes -= piece.length;
      return piece;
    }
    return this.#fileBytes > 0 ? this.#takeFromFile(this.#files[0]!) : null;
  }

  close(): void {
    for (const { descriptor } of this.#files.splice(0)) closeSync(descriptor);
    this.#pieces = [];
    this.#memoryBytes = this.#fileBytes = 0;
  }

  #fileToWrite(): SpoolFile {
    const last = this.#files.at(-1);
    if (last !== undefined && last.written < this.#limits.fileBytesMax) return last;
    const file = { descriptor: openNameless(this.#path), written: 0, read: 0 };
    this.#files.push(file);
    return file;
  }

  #takeFromFile(file: SpoolFile): Bytes {
    const target = new Uint8Array(Math.min(PIECE_BYTES, file.written - file.read));
    const bytes = readSync(file.descriptor, target, 0, target.length, file.read);
    if (bytes === 0) throw new Error("the file of received bytes has become shorter");
    file.read += bytes;
    this.#fileBytes -= bytes;
    if (file.read === file.written) {
      this.#files.shift();
      closeSync(file.descriptor);
    }
    return bytes === target.length ? target : copyBytes(target.subarray(0, bytes));
  }
}

function openNameless(path: string): number {
  rmSync(path, { force: true });
  const descriptor = openSync(path, "wx+", 0o600);
  unlinkSync(path);
  return descriptor;
}
