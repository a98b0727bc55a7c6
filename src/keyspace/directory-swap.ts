/**
 * Puts a directory that DirectoryBuilder has completed in the place of the data directory's content. A crash
 * at any point leaves the old content or leads to the new one: the mark is written last and removed last.
 */

import { closeSync, existsSync, openSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { syncPath } from "../binlog/sync-path.ts";
import { messageOf, StorageError } from "../errors.ts";
import { log } from "../log.ts";

/** Where the new content is built, below the data directory. */
export const BUILD_DIRECTORY = "fullsync";
/** Stands in it when it is complete. */
const READY = "ready";
/** What is exchanged. */
const CONTENT = ["ledis.db", "bin_log"];
/** Belong to the old SQLite file. */
const COMPANIONS = ["ledis.db-wal", "ledis.db-shm"];

/** Says that what was built below `dataDirectory` is complete and durable. */
export function markReady(dataDirectory: string): void {
  const directory = join(dataDirectory, BUILD_DIRECTORY);
  const mark = join(directory, READY);
  closeSync(openSync(mark, "w"));
  syncPath(mark);
  syncPath(directory);
  syncPath(dataDirectory);
}

/** Takes that back, durably: what was built may be removed piece by piece now. */
export function unmarkReady(dataDirectory: string): void {
  const directory = join(dataDirectory, BUILD_DIRECTORY);
  const mark = join(directory, READY);
  if (!existsSync(mark)) return;
  rmSync(mark);
  syncPath(directory);
}

/**
 * Swaps in what is complete, and removes what is not.
 *
 * REQUIRES: the caller holds the data directory's lock, and no file of it is open.
 * @throws {StorageError} the file system refuses; to be tried again
 */
export function swapDirectory(dataDirectory: string): void {
  const built = join(dataDirectory, BUILD_DIRECTORY);
  if (!existsSync(built)) return;
  try {
    if (existsSync(join(built, READY))) {
      for (const name of COMPANIONS) rmSync(join(dataDirectory, name), { force: true });
      for (const name of CONTENT) replace(join(built, name), join(dataDirectory, name));
      syncPath(dataDirectory);
      log.info("keyspace", "replaced the database by the copy of another server");
    }
    rmSync(built, { recursive: true, force: true });
    syncPath(dataDirectory);
  } catch (error) {
    const reason = messageOf(error);
    throw new StorageError(`Cannot put ${built} in place: ${reason}`, { cause: error });
  }
}

/** Nothing to do when it was moved before a crash. */
function replace(from: string, to: string): void {
  if (!existsSync(from)) return;
  rmSync(to, { recursive: true, force: true });
  renameSync(from, to);
}
