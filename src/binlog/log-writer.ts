/**
 * The end of the log: appends turns to the newest file, rotates, and makes what was appended durable.
 * Knows bytes and files; what a turn means is the keyspace's business.
 */
import {
  closeSync,
  fdatasync,
  fsync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { StorageError } from "../errors.ts";
import { encodeFileHeader, FILE_HEADER_BYTES, LOG_VERSION } from "./event.ts";
import { logFilePath } from "./log-files.ts";
import type { LogPosition } from "./position.ts";

export interface LogWriterOptions {
  readonly directory: string;
  /** A file that has reached this size takes no further turn, in bytes. */
  readonly fileBytesMax: number;
  readonly historyId: Uint8Array;
  /** Makes a file's content durable; fdatasync unless a test says otherwise. */
  readonly syncFile?: (fd: number) => Promise<void>;
}

/** Bytes of `buffer` from `start` to `end`, to be appended. */
export interface LogPiece {
  readonly buffer: Uint8Array;
  readonly start: number;
  readonly end: number;
}

function fdatasyncFile(fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fdatasync(fd, (error) => (error ? reject(error) : resolve()));
  });
}

function syncDirectory(fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fsync(fd, (error) => (error ? reject(error) : resolve()));
  });
}

export class LogWriter {
  readonly #options: LogWriterOptions;
  readonly #syncFile: (fd: number) => Promise<void>;
  readonly #directoryFd: number;
  #fileBytesMax: number;
  #fd: number;
  #file: number;
  #offset: number;
  /** Files that were rotated away since the last sync; they are synced and closed by the next one. */
  #retired: number[] = [];
  /** A file was created since the last sync, so the directory has to be synced as well. */
  #directoryDirty = false;
  #synced: LogPosition;
  #syncing: Promise<void> | null = null;
  /** Set by a failed sync: a later one that succeeds would prove nothing about the bytes before it. */
  #failure: StorageError | null = null;
  /** The file may hold bytes behind the end of the log, left by an append that failed. */
  #hasRest = false;

  /**
   * Continues the log at `position`, cutting off whatever its file holds behind it; a file that does
   * not exist is created with its header.
   *
   * @param position offset 0 means a file yet to be created
   * @throws {StorageError} the directory or file cannot be opened, written or synced
   */
  constructor(options: LogWriterOptions, position: LogPosition) {
    this.#options = options;
    this.#syncFile = options.syncFile ?? fdatasyncFile;
    this.#fileBytesMax = options.fileBytesMax;
    this.#file = position.file;
    this.#offset = position.offset;
    this.#synced = position;
    try {
      mkdirSync(options.directory, { recursive: true });
      this.#directoryFd = openSync(options.directory, "r");
      if (position.offset === 0) {
        this.#fd = this.#create(position.file);
        this.#offset = FILE_HEADER_BYTES;
      } else {
        this.#fd = openSync(logFilePath(options.directory, position.file), "r+");
        ftruncateSync(this.#fd, position.offset);
      }
      fsyncSync(this.#fd);
      fsyncSync(this.#directoryFd);
    } catch (error) {
      throw new StorageError(`Cannot open the binlog in ${options.directory}: ${reason(error)}`, {
        cause: error,
      });
    }
    this.#synced = this.position;
  }

  /** Where the next turn will start. */
  get position(): LogPosition {
    return { file: this.#file, offset: this.#offset };
  }

  /** Everything before this place is durable. */
  get syncedPosition(): LogPosition {
    return this.#synced;
  }

  /** Rotation threshold in bytes; a change holds from the next turn on. */
  set fileBytesMax(bytes: number) {
    this.#fileBytesMax = bytes;
  }

  /** True when the next turn starts a new file. */
  get isFull(): boolean {
    return this.#offset >= this.#fileBytesMax;
  }

  /**
   * Appends one turn, whole or not at all.
   *
   * @throws {StorageError} the file system refused; the log is as before the call
   */
  append(pieces: readonly LogPiece[]): void {
    let offset = this.#offset;
    try {
      if (this.#hasRest) this.#cutBack();
      for (const piece of pieces) {
        let from = piece.start;
        while (from < piece.end) {
          const written = writeSync(this.#fd, piece.buffer, from, piece.end - from, offset);
          from += written;
          offset += written;
        }
      }
    } catch (error) {
      this.#dropRest();
      throw new StorageError(reason(error), { cause: error });
    }
    this.#offset = offset;
  }

  /**
   * Closes the current file and starts the next one.
   *
   * @throws {StorageError} the next file cannot be created; the current one stays in use
   */
  rotate(): void {
    let fd: number;
    try {
      if (this.#hasRest) this.#cutBack();
      fd = this.#create(this.#file + 1);
    } catch (error) {
      throw new StorageError(reason(error), { cause: error });
    }
    this.#retired.push(this.#fd);
    this.#fd = fd;
    this.#file++;
    this.#offset = FILE_HEADER_BYTES;
  }

  /**
   * Makes everything appended so far durable. Calls overlap safely: one that arrives while a sync runs
   * waits for it and then syncs what came after its start.
   *
   * @throws {StorageError} a sync failed, now or earlier: what it covered may be lost by a power cut, and
   *   nothing behind it can be relied on until `startOver`
   */
  async sync(): Promise<void> {
    while (this.#syncing !== null) await this.#syncing;
    if (this.#failure !== null) throw this.#failure;
    if (this.#isSynced()) return;
    this.#syncing = this.#syncOnce();
    try {
      await this.#syncing;
    } finally {
      this.#syncing = null;
    }
  }

  /** Why the last sync failed; null when it did not, or when the log was started over since. */
  get syncFailure(): string | null {
    return this.#failure?.message ?? null;
  }

  /**
   * After a failed sync: goes on in a new, durable file, whether or not the bytes before it ever reach the
   * disk. Only for a caller that has them elsewhere; the new file is begun before this returns its promise.
   *
   * @throws {StorageError} the new file cannot be made durable; may be tried again
   */
  async startOver(): Promise<void> {
    if (this.#offset === FILE_HEADER_BYTES) this.#remake();
    else this.rotate();
    const start = this.position;
    const given = this.#retired;
    this.#retired = [];
    for (const fd of given) closeSync(fd);
    try {
      await this.#syncFile(this.#fd);
      await syncDirectory(this.#directoryFd);
    } catch (error) {
      throw new StorageError(`fsync: ${reason(error)}`, { cause: error });
    }
    this.#directoryDirty = false;
    this.#failure = null;
    this.#synced = start;
  }

  /** Closes the files, without a sync. */
  close(): void {
    for (const fd of this.#retired) closeSync(fd);
    this.#retired = [];
    closeSync(this.#fd);
    closeSync(this.#directoryFd);
  }

  #isSynced(): boolean {
    return this.#synced.file === this.#file && this.#synced.offset === this.#offset;
  }

  async #syncOnce(): Promise<void> {
    const upTo = this.position;
    const fd = this.#fd;
    const retired = this.#retired;
    this.#retired = [];
    const directoryDirty = this.#directoryDirty;
    this.#directoryDirty = false;
    try {
      for (const old of retired) await this.#syncFile(old);
      await this.#syncFile(fd);
      if (directoryDirty) await syncDirectory(this.#directoryFd);
    } catch (error) {
      this.#retired = [...retired, ...this.#retired];
      this.#directoryDirty ||= directoryDirty;
      this.#failure = new StorageError(`fsync: ${reason(error)}`, { cause: error });
      throw this.#failure;
    }
    for (const old of retired) closeSync(old);
    this.#synced = upTo;
  }

  /** Makes the current file anew: it holds its header alone. */
  #remake(): void {
    try {
      const fd = this.#create(this.#file);
      closeSync(this.#fd);
      this.#fd = fd;
    } catch (error) {
      throw new StorageError(reason(error), { cause: error });
    }
  }

  /** Creates a file that holds its header; on failure nothing is left open, and no file that was not there. */
  #create(number: number): number {
    const path = logFilePath(this.#options.directory, number);
    const fd = openSync(path, "w+");
    try {
      const header = encodeFileHeader(
        { version: LOG_VERSION, fileNumber: number, historyId: this.#options.historyId },
        Math.floor(Date.now() / 1000),
      );
      if (writeSync(fd, header, 0, header.length, 0) !== header.length) {
        throw new Error("short write of the file header");
      }
    } catch (error) {
      closeSync(fd);
      if (number !== this.#file) unlinkSync(path);
      throw error;
    }
    this.#directoryDirty = true;
    return fd;
  }

  #cutBack(): void {
    ftruncateSync(this.#fd, this.#offset);
    this.#hasRest = false;
  }

  /**
   * Drops the bytes of a turn that was not written whole. If that fails too, the next append has to do it
   * first: its turn could be shorter, and what shows behind it must not be taken for a turn.
   */
  #dropRest(): void {
    this.#hasRest = true;
    try {
      this.#cutBack();
    } catch {}
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
