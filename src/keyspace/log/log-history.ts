/**
 * The log as something to be read and kept: which files there are, what they hold from a place on, and how long
 * they stay. What is appended, and when, is the keyspace's business.
 */
import { LogCatalog, type LogFile, readHeaderBytes } from "../../binlog/log-catalog.ts";
import { logFilePath } from "../../binlog/log-files.ts";
import { LogReader, type LogStretch } from "../../binlog/log-reader.ts";
import type { LogWriter } from "../../binlog/log-writer.ts";
import type { LogPosition } from "../../binlog/position.ts";
import { LogRetention } from "./log-retention.ts";

export class LogHistory {
  readonly #directory: string;
  readonly #catalog: LogCatalog;
  readonly #reader: LogReader;
  readonly #retention: LogRetention;
  #writer: LogWriter | null = null;
  /** Files before this one are not needed to recover. */
  #durableFile = 0;

  /** @param directory holds the log's files */
  constructor(directory: string, filesMax: number) {
    this.#directory = directory;
    this.#catalog = new LogCatalog(directory);
    this.#reader = new LogReader(directory, this.#catalog);
    this.#retention = new LogRetention(directory, filesMax, (file) => this.#catalog.remove(file));
  }

  /** @param writer appends to the log, and tells `began` of every file */
  attach(writer: LogWriter): void {
    this.#writer = writer;
  }

  /** A file has begun. */
  began(file: number): void {
    this.#catalog.add(file);
  }

  /** End of the log. */
  get position(): LogPosition {
    return this.#writer!.position;
  }

  /** End of the log, in bytes since the first history began. */
  get offset(): number {
    const writer = this.#writer!;
    return writer.header.base + writer.position.offset;
  }

  /** History of the newest file. */
  get id(): Uint8Array {
    return this.#writer!.header.historyId;
  }

  /** How far a place is from the beginning of the first history, in bytes; null: its file is not here. */
  offsetOf(position: LogPosition): number | null {
    return this.#catalog.offsetOf(position);
  }

  /** History of a file; null: it is not here. */
  idOf(file: number): Uint8Array | null {
    return this.#catalog.header(file)?.historyId ?? null;
  }

  /** All files, oldest first. */
  files(): LogFile[] {
    return this.#catalog.list(this.position);
  }

  /** The header event of a file, as its bytes. @throws the file cannot be read */
  headerBytes(file: number): Uint8Array {
    return readHeaderBytes(logFilePath(this.#directory, file));
  }

  /** Whole turns from `from` on; see LogReader.read. */
  read(from: LogPosition, historyId: Uint8Array | null, bytesMax: number): Promise<LogStretch> {
    return this.#reader.read(from, historyId, this.position, bytesMax);
  }

  /** Keeps files from a number on: `lowestNeeded` is asked before each purge; null needs none. */
  hold(lowestNeeded: () => number | null): void {
    this.#retention.lowestNeeded = lowestNeeded;
  }

  /** How many files are kept, and for how long (seconds; 0: without end). */
  set limits(limits: { filesMax: number; ageMaxSeconds: number }) {
    this.#retention.filesMax = limits.filesMax;
    this.#retention.ageMaxSeconds = limits.ageMaxSeconds;
  }

  /** SQLite holds everything before this place durably: files that nobody needs may go. */
  durable(position: LogPosition): void {
    this.#durableFile = position.file;
    this.#retention.purge(this.files(), this.#durableFile);
  }

  /**
   * Removes files before number `file`, as far as they are not needed to recover or by a slave.
   *
   * @returns the number of the first file left
   */
  purgeTo(file: number): number {
    return this.#retention.purgeTo(this.files(), Math.min(file, this.#durableFile));
  }
}
