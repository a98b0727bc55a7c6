/** Finds out, at start, which history the data directory holds and where it ends. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { HISTORY_ID_BYTES } from "../binlog/event.ts";
import { listLogFiles, logFilePath } from "../binlog/log-files.ts";
import type { LogPosition } from "../binlog/position.ts";
import { readFileHeader } from "../binlog/recover-log.ts";
import { log } from "../log.ts";
import type { ChunkPool } from "./chunk-pool.ts";
import type { Frozen } from "./flush-queue.ts";
import { recover } from "./recovery.ts";
import type { StoreReader } from "./store-reader.ts";

export interface History {
  /** Names the history: HISTORY_ID_BYTES random bytes, made with the data directory. */
  readonly id: Uint8Array;
  /** SQLite's state is the log's up to here. */
  readonly applied: LogPosition;
  readonly end: LogPosition;
  /** Generations between the two, oldest first. */
  readonly frozen: readonly Frozen[];
}

/** @throws {StorageError} log and SQLite do not fit together */
export function openHistory(directory: string, reader: StoreReader, pool: ChunkPool): History {
  const start = performance.now();
  const stored = reader.applied();
  const applied = stored ?? { file: listLogFiles(directory)[0] ?? 1, offset: 0 };
  const path = logFilePath(directory, applied.file);
  const header = existsSync(path) ? readFileHeader(path) : null;
  const id = header?.historyId ?? reader.historyId() ?? randomBytes(HISTORY_ID_BYTES);
  const { frozen, end, turns } = recover(directory, applied, pool);
  if (turns > 0) {
    const milliseconds = Math.round(performance.now() - start);
    log.info("keyspace", "recovered from the log", { turns, milliseconds });
  }
  return { id, applied, end, frozen };
}
