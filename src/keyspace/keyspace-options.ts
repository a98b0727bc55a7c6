/** What a keyspace has to be told, and what it tells of itself. Sizes in bytes; config/options.ts has the defaults and their reasons. */
import type { LogPosition } from "../binlog/position.ts";

/** When an acknowledged write survives a power cut: before its reply, within a second, whenever. */
export type SyncPolicy = "always" | "everysec" | "no";

export interface KeyspaceOptions {
  readonly directory: string;
  readonly sync: SyncPolicy;
  /** Events that the active generation holds before it is frozen. */
  readonly writeBufferBytes: number;
  /** Row cache and SQLite's page caches together. */
  readonly cacheBytes: number;
  /** How much of the SQLite file the reading connection maps. */
  readonly mmapBytes: number;
  /** Page size of a new SQLite file: a power of two from 512 to 65536. */
  readonly pageBytes: number;
  /** Log bytes after which a generation is frozen whatever its size: what a recovery has to read. */
  readonly flushLogBytes: number;
  /** Age at which written rows are flushed, in ms. */
  readonly flushIntervalMs: number;
  /** Size at which a log file takes no further turn. */
  readonly logFileBytesMax: number;
  /** Log files to keep although SQLite holds their state; 0: none but the current one. */
  readonly logFilesMax: number;
  /** Age at which a log file goes although the number would keep it, in seconds; 0: none. */
  readonly logAgeMaxSeconds: number;
  /** Makes a log file durable, given its descriptor; fdatasync unless a test says otherwise. */
  readonly syncFile?: (fd: number) => Promise<void>;
}

/** Figures for INFO. All sizes in bytes. */
export interface KeyspaceStats {
  readonly memtableBytes: number;
  readonly memtableRows: number;
  readonly frozenGenerations: number;
  readonly cacheBytes: number;
  readonly flushes: number;
  readonly flushedRows: number;
  /** Unix seconds; before the first flush, when the keyspace was opened. */
  readonly lastFlushTime: number;
  readonly lastFlushMilliseconds: number;
  readonly flushFailure: string | null;
  readonly logPosition: LogPosition;
  readonly syncedPosition: LogPosition;
  readonly statements: number;
  readonly turns: number;
}
