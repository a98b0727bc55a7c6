/** The data directory: its layout, and the lock that keeps a second server out. */
import { Database } from "bun:sqlite";
import { closeSync, fsyncSync, mkdirSync, openSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { messageOf, StorageError } from "../errors.ts";
import { swapDirectory } from "./directory-swap.ts";

export class DataDirectory {
  readonly path: string;
  readonly databasePath: string;
  readonly logPath: string;
  readonly #lock: Database;

  /**
   * Creates what is missing, takes the lock, which ends with this process however it ends, and puts in place
   * what a `DirectoryBuilder` has completed.
   *
   * @throws {StorageError} another process has it open, or it cannot be created
   */
  constructor(path: string) {
    this.path = path;
    this.databasePath = join(path, "ledis.db");
    this.logPath = join(path, "bin_log");
    try {
      mkdirSync(path, { recursive: true });
      syncDirectory(dirname(resolve(path)));
    } catch (error) {
      throw new StorageError(`Cannot create ${path}: ${messageOf(error)}`, { cause: error });
    }
    this.#lock = lock(join(path, "ledis.lock"), path);
    try {
      swapDirectory(path);
      mkdirSync(this.logPath, { recursive: true });
      syncDirectory(path);
    } catch (error) {
      this.#lock.close();
      if (error instanceof StorageError) throw error;
      throw new StorageError(`Cannot create ${this.logPath}: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  /** Releases the lock. */
  close(): void {
    this.#lock.close();
  }
}

/**
 * Keeps servers out of a directory, and nothing else: for tools that look at files or exchange them.
 *
 * @returns ends it when closed
 * @throws {StorageError} another process has it open, or it cannot be locked
 */
export function lockDirectory(path: string): Disposable {
  const held = lock(join(path, "ledis.lock"), path);
  return { [Symbol.dispose]: () => held.close() };
}

/** Makes the names in a directory durable, where the system lets a directory be opened. */
function syncDirectory(path: string): void {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch {
    return;
  }
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * SQLite's file locks are advisory locks of the operating system, released when a process dies: an open
 * exclusive transaction on an empty database is a portable lock file.
 */
function lock(path: string, directory: string): Database {
  let db: Database | null = null;
  try {
    db = new Database(path, { create: true });
    db.run("PRAGMA journal_mode = MEMORY");
    db.run("BEGIN EXCLUSIVE");
    return db;
  } catch (error) {
    db?.close();
    const reason = messageOf(error);
    const held = reason.includes("locked") || reason.includes("busy");
    throw new StorageError(
      held
        ? `Cannot open ${directory}: another ledis process is using it`
        : `Cannot lock ${path}: ${reason}`,
      { cause: error },
    );
  }
}
