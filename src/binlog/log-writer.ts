/**
 * The end of the log: appends turns to the newest file, rotates, and makes what was appended durable.
 * Knows bytes and files; what a turn means is the keyspace's business.
 */
import {
  closeSync,
  existsSync,
  fdatasync,
  fsync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { clock } from "../clock.ts";
import { messageOf, StorageError } from "../errors.ts";
import {
  decodeFileHeader,
  encodeFileHeader,
  FILE_HEADER_BYTES,
  type FileHeader,
  LOG_VERSION,
} from "./event.ts";
import { readFileHeader } from "./log-catalog.ts";
import { logFilePath } from "./log-files.ts";
import type { LogPosition } from "./position.ts";

export interface LogWriterOptions {
  readonly directory: string;
  /** A file that has reached this size takes no further turn, in bytes. */
  readonly fileBytesMax: number;
  /** History of a file that has to be created; see FileHeader. */
  readonly historyId: Uint8Array;
  /** Told of each file that begins, or begins anew. */
  readonly onFile?: (file: number) => void;
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
  /** First bytes of the current file. */
  #headerBytes: Uint8Array;
  #header: FileHeader;
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
      const path = logFilePath(options.directory, position.file);
      if (position.offset === 0) {
        const base = this.#baseBehind(position.file - 1);
        this.#headerBytes = this.#newHeader(position.file, base, options.historyId);
        this.#fd = this.#create(position.file, this.#headerBytes);
        this.#offset = FILE_HEADER_BYTES;
      } else {
        this.#fd = openSync(path, "r+");
        ftruncateSync(this.#fd, position.offset);
        this.#headerBytes = new Uint8Array(FILE_HEADER_BYTES);
        readSync(this.#fd, this.#headerBytes, 0, FILE_HEADER_BYTES, 0);
      }
      this.#header = headerOf(this.#headerBytes, path);
      fsyncSync(this.#fd);
      fsyncSync(this.#directoryFd);
    } catch (error) {
      throw new StorageError(
        `Cannot open the binlog in ${options.directory}: ${messageOf(error)}`,
        {
          cause: error,
        },
      );
    }
    this.#synced = this.position;
  }

  /** Where the next turn will start. */
  get position(): LogPosition {
    return { file: this.#file, offset: this.#offset };
  }

  /** What the current file says about itself. */
  get header(): FileHeader {
    return this.#header;
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
      throw new StorageError(messageOf(error), { cause: error });
    }
    this.#offset = offset;
  }

  /**
   * Closes the current file and starts the next one.
   *
   * @throws {StorageError} the next file cannot be created; the current one stays in use
   */
  rotate(historyId: Uint8Array = this.#header.historyId): void {
    const base = this.#header.base + this.#offset;
    this.#next(this.#newHeader(this.#file + 1, base, historyId));
  }

  /**
   * As `rotate`, for a log that repeats another one: the next file begins with these bytes.
   *
   * @throws {StorageError} they are no header of the next file, or it cannot be created
   */
  follow(headerBytes: Uint8Array): void {
    const header = decodeFileHeader(headerBytes);
    const follows =
      header !== null &&
      header.fileNumber === this.#file + 1 &&
      header.base === this.#header.base + this.#offset;
    if (!follows) throw new StorageError("the next file's header does not follow from this file");
    this.#next(headerBytes.slice(0, FILE_HEADER_BYTES));
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
   * After a failed sync: goes on in a new, durable file of history `historyId`, whether or not the bytes before it ever reach the
   * disk. Only for a caller that has them elsewhere; the new file is begun before this returns its promise.
   *
   * @throws {StorageError} the new file cannot be made durable; may be tried again
   */
  async startOver(historyId: Uint8Array): Promise<void> {
    if (this.#offset === FILE_HEADER_BYTES) this.#remake();
    else this.rotate(historyId);
    const start = this.position;
    const given = this.#retired;
    this.#retired = [];
    for (const fd of given) closeSync(fd);
    try {
      await this.#syncFile(this.#fd);
      await syncDirectory(this.#directoryFd);
    } catch (error) {
      throw new StorageError(`fsync: ${messageOf(error)}`, { cause: error });
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
      this.#failure = new StorageError(`fsync: ${messageOf(error)}`, { cause: error });
      throw this.#failure;
    }
    for (const old of retired) closeSync(old);
    this.#synced = upTo;
  }

  #next(headerBytes: Uint8Array): void {
    const file = this.#file + 1;
    let fd: number;
    try {
      if (this.#hasRest) this.#cutBack();
      fd = this.#create(file, headerBytes);
    } catch (error) {
      throw new StorageError(messageOf(error), { cause: error });
    }
    this.#retired.push(this.#fd);
    this.#fd = fd;
    this.#file = file;
    this.#offset = FILE_HEADER_BYTES;
    this.#headerBytes = headerBytes;
    this.#header = headerOf(headerBytes, logFilePath(this.#options.directory, file));
  }

  #newHeader(fileNumber: number, base: number, historyId: Uint8Array): Uint8Array {
    const header = { version: LOG_VERSION, fileNumber, base, historyId };
    return encodeFileHeader(header, Math.floor(clock.nowMs() / 1000));
  }

  /** Log bytes through the end of a file; 0 when it is not there. */
  #baseBehind(file: number): number {
    const path = logFilePath(this.#options.directory, file);
    if (!existsSync(path)) return 0;
    const header = readFileHeader(path);
    return header === null ? 0 : header.base + statSync(path).size;
  }

  /** Makes the current file anew: it holds its header alone. */
  #remake(): void {
    try {
      const fd = this.#create(this.#file, this.#headerBytes);
      closeSync(this.#fd);
      this.#fd = fd;
    } catch (error) {
      throw new StorageError(messageOf(error), { cause: error });
    }
  }

  /** Creates a file that holds its header; on failure nothing is left open, and no file that was not there. */
  #create(number: number, header: Uint8Array): number {
    const path = logFilePath(this.#options.directory, number);
    const fd = openSync(path, "w+");
    try {
      if (writeSync(fd, header, 0, header.length, 0) !== header.length) {
        throw new Error("short write of the file header");
      }
    } catch (error) {
      closeSync(fd);
      if (number !== this.#file) unlinkSync(path);
      throw error;
    }
    this.#directoryDirty = true;
    this.#options.onFile?.(number);
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

/** @throws {StorageError} the bytes are no file header */
function headerOf(bytes: Uint8Array, path: string): FileHeader {
  const header = decodeFileHeader(bytes);
  if (header === null) throw new StorageError(`Cannot open ${path}: its file header is damaged`);
  return header;
}
