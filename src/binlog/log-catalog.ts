/** Which files the log has, and what their headers say. */
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { decodeFileHeader, FILE_HEADER_BYTES, type FileHeader, readU32 } from "./event.ts";
import { listLogFiles, logFilePath } from "./log-files.ts";
import type { LogPosition } from "./position.ts";

/** One file of the log. */
export interface LogFile {
  readonly file: number;
  /** See FileHeader. */
  readonly base: number;
  readonly historyId: Uint8Array;
  /** Its size; of the newest file: up to the log's end. */
  readonly bytes: number;
  /** Unix seconds of its header. */
  readonly createdAt: number;
}

interface Entry {
  readonly header: FileHeader;
  readonly createdAt: number;
}

/** First bytes of a log file, fewer when it is shorter. @throws the file cannot be read */
export function readHeaderBytes(path: string): Uint8Array {
  const fd = openSync(path, "r");
  try {
    const bytes = new Uint8Array(FILE_HEADER_BYTES);
    return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(fd);
  }
}

/** Header of a log file, or null when the file is shorter than one or its header is damaged. */
export function readFileHeader(path: string): FileHeader | null {
  return decodeFileHeader(readHeaderBytes(path));
}

export class LogCatalog {
  readonly #directory: string;
  readonly #files = new Map<number, Entry>();

  /** Reads the headers of all files in `directory`; one that is damaged is left out. */
  constructor(directory: string) {
    this.#directory = directory;
    for (const file of listLogFiles(directory)) this.add(file);
  }

  /** Takes in a file that was begun, or begun anew. */
  add(file: number): void {
    const bytes = readHeaderBytes(logFilePath(this.#directory, file));
    const header = decodeFileHeader(bytes);
    if (header !== null) this.#files.set(file, { header, createdAt: readU32(bytes, 0) });
  }

  remove(file: number): void {
    this.#files.delete(file);
  }

  header(file: number): FileHeader | null {
    return this.#files.get(file)?.header ?? null;
  }

  /** How far a place is from the beginning of the first history, in bytes; null: its file is not here. */
  offsetOf(position: LogPosition): number | null {
    const entry = this.#files.get(position.file);
    return entry === undefined ? null : entry.header.base + position.offset;
  }

  /** Size of a file; null when it is not here. @param end the log's end */
  bytesOf(file: number, end: LogPosition): number | null {
    const entry = this.#files.get(file);
    if (entry === undefined || file > end.file) return null;
    if (file === end.file) return end.offset;
    const next = this.#files.get(file + 1);
    if (next !== undefined) return next.header.base - entry.header.base;
    return statSync(logFilePath(this.#directory, file)).size;
  }

  /** All files, oldest first. @param end the log's end */
  list(end: LogPosition): LogFile[] {
    const files = [...this.#files].sort(([a], [b]) => a - b);
    return files.map(([file, { header, createdAt }]) => ({
      file,
      base: header.base,
      historyId: header.historyId,
      bytes: this.bytesOf(file, end) ?? 0,
      createdAt,
    }));
  }
}
