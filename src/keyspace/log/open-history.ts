/** Finds out, at start, which history the data directory holds and where it ends. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { HISTORY_ID_BYTES } from "../../binlog/event.ts";
import { readFileHeader } from "../../binlog/log-catalog.ts";
import { logFilePath } from "../../binlog/log-files.ts";
import type { LogPosition } from "../../binlog/position.ts";
import { summarizeLog } from "../../binlog/recover-log.ts";
import { equalBytes } from "../../bytes/bytes.ts";
import { StorageError } from "../../errors.ts";
import { log } from "../../log.ts";
import type { Frozen } from "../flush/flush-queue.ts";
import type { MemoryPool } from "../generations/memory-pool.ts";
import type { StoreReader } from "../sqlite/store-reader.ts";
import { recover } from "./recovery.ts";

export interface History {
  /** History of the file that the log ends in, or is to begin with: HISTORY_ID_BYTES random bytes. */
  readonly id: Uint8Array;
  /** SQLite's state is the log's up to here. */
  readonly applied: LogPosition;
  readonly end: LogPosition;
  /** Generations between the two, oldest first. */
  readonly frozen: readonly Frozen[];
  /** The log is gone: a new history begins, at a place that SQLite has to learn before anything is written. */
  readonly isRestarted: boolean;
}

/**
 * @param reader ends its turn afterwards
 * @throws {StorageError} log and SQLite do not fit together
 */
export function openHistory(directory: string, reader: StoreReader, pool: MemoryPool): History {
  const start = performance.now();
  const stored = reader.applied();
  const { firstFile, isBlank } = summarizeLog(directory);
  const applied = stored ?? { file: 1, offset: 0 };
  const path = logFilePath(directory, applied.file);
  if (!existsSync(path) && isBlank && stored !== null) return restart(stored, firstFile);
  if (stored === null && !isBlank && firstFile !== 1) {
    throw new StorageError(
      `Cannot recover: the log in ${directory} begins with file ${firstFile}, and SQLite does not hold what was before`,
    );
  }
  checkHistory(path, reader.historyId());
  const { frozen, end, turns } = recover(directory, applied, pool);
  const endHeader = end.offset === 0 ? null : readFileHeader(logFilePath(directory, end.file));
  const id = endHeader?.historyId ?? randomBytes(HISTORY_ID_BYTES);
  if (turns > 0) {
    const milliseconds = Math.round(performance.now() - start);
    log.info("keyspace", "recovered from the log", { turns, milliseconds });
  }
  return { id, applied, end, frozen, isRestarted: false };
}

/** SQLite has rows, but there is no log: somebody has copied or kept the database file alone. */
function restart(applied: LogPosition, firstFile: number | null): History {
  log.warn("binlog", "the log is missing; a new one begins with the state of the database file");
  const end = { file: Math.max(applied.file + 1, firstFile ?? 0), offset: 0 };
  return { id: randomBytes(HISTORY_ID_BYTES), applied, end, frozen: [], isRestarted: true };
}

/** The log file at `path` must be the one that SQLite's rows belong to. */
function checkHistory(path: string, stored: Uint8Array | null): void {
  const logged = existsSync(path) ? (readFileHeader(path)?.historyId ?? null) : null;
  if (logged !== null && stored !== null && !equalBytes(logged, stored)) {
    throw new StorageError(`Cannot open ${path}: it belongs to another database than ledis.db`);
  }
}
