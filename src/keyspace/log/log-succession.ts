/**
 * How the log goes on from file to file: with a new history when another writer begins, with a new file when one is
 * full, and, while another server is followed, exactly as that one's does. See docs/replication.md.
 */
import { randomBytes } from "node:crypto";
import { FILE_HEADER_BYTES, HISTORY_ID_BYTES } from "../../binlog/event.ts";
import type { LogWriter } from "../../binlog/log-writer.ts";
import type { LogPosition } from "../../binlog/position.ts";
import { StorageError } from "../../errors.ts";
import { log } from "../../log.ts";
import { checkTurns, LogMismatch } from "./foreign-turns.ts";

export class LogSuccession {
  readonly #log: LogWriter;
  /** False: the newest file was written by somebody else, or before a start. */
  #isOwnRun: boolean;
  #rotationFailed = false;
  #rotationIsDue = false;
  isFollowing = false;

  /** @param isOwnRun the newest file was begun by this process */
  constructor(writer: LogWriter, isOwnRun: boolean) {
    this.#log = writer;
    this.#isOwnRun = isOwnRun;
  }

  /** Takes turns of its own again; the first one begins a new file and a new history. */
  lead(): void {
    if (!this.isFollowing) return;
    this.isFollowing = false;
    this.#isOwnRun = false;
  }

  /** Begins a new file with the next turn of its own. */
  rotateSoon(): void {
    this.#rotationIsDue = true;
  }

  /**
   * Gets ready for a turn of its own.
   *
   * @returns true when a new file was begun
   * @throws {StorageError} another server is followed, or a file that is needed cannot be created
   */
  prepareTurn(): boolean {
    if (this.isFollowing) throw new StorageError("the database follows another server");
    if (!this.#isOwnRun) {
      this.#log.rotate(randomBytes(HISTORY_ID_BYTES));
      this.#isOwnRun = true;
      return true;
    }
    return (this.#log.isFull || this.#rotationIsDue) && this.#rotate();
  }

  /**
   * Gets ready for turns of the server that is followed: checks them, and begins their file if they are the first of one.
   *
   * @param at the end of this log, or (next file, 0): then `bytes` begin with that file's header
   * @returns where in `bytes` the turns start
   * @throws {LogMismatch} the place is another, or a turn is not whole; nothing is changed
   * @throws {StorageError} the file cannot be created; nothing is changed
   */
  prepareForeign(at: LogPosition, bytes: Uint8Array): number {
    const { file, offset } = this.#log.position;
    const start = at.offset === 0 ? FILE_HEADER_BYTES : 0;
    const isNext = at.offset === 0 && at.file === file + 1;
    const isEnd = at.offset > 0 && at.file === file && at.offset === offset;
    if (!(isNext || isEnd) || bytes.length < start) {
      throw new LogMismatch("the place is not the log's end");
    }
    checkTurns(bytes, start);
    if (isNext) this.#log.follow(bytes.subarray(0, start));
    return start;
  }

  /** The current file can grow on if the next one cannot be begun: an append will tell what is wrong. */
  #rotate(): boolean {
    try {
      this.#log.rotate();
    } catch (error) {
      if (!this.#rotationFailed) log.warn("binlog", "cannot begin a new file", { error });
      this.#rotationFailed = true;
      return false;
    }
    this.#rotationFailed = false;
    this.#rotationIsDue = false;
    return true;
  }
}
