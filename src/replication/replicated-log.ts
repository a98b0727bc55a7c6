/** What replication asks of the database below it: a narrow view, so that tests can stand in for it. */
import type { LogFile } from "../binlog/log-catalog.ts";
import type { LogStretch } from "../binlog/log-reader.ts";
import type { LogPosition } from "../binlog/position.ts";

/** The log to be read; see LogHistory. */
export interface ReadableLog {
  /** End of the log. */
  readonly position: LogPosition;
  /** The same in bytes since the first history began. */
  readonly offset: number;
  /** History of the newest file. */
  readonly id: Uint8Array;
  offsetOf(position: LogPosition): number | null;
  files(): readonly LogFile[];
  read(from: LogPosition, historyId: Uint8Array | null, bytesMax: number): Promise<LogStretch>;
  hold(lowestNeeded: () => number | null): void;
}

/** All rows as of one moment; see Snapshot. */
export interface ReadableSnapshot {
  readonly head: Uint8Array;
  readonly position: LogPosition;
  read(
    cursor: Uint8Array | null,
  ): Promise<{ readonly block: Uint8Array; readonly next: Uint8Array | null }>;
  close(): Promise<void>;
}

/** The database's rows and log; see Keyspace. */
export interface ReplicatedKeyspace {
  readonly history: ReadableLog;
  readonly syncedPosition: LogPosition;
  readonly hasRoom: boolean;
  /** True while the log is another server's. */
  readonly isFollowing: boolean;
  onRoom(listener: () => void): void;
  /** Resolves when everything in the log is durable. @throws {StorageError} it cannot be made so */
  synced(): Promise<void>;
  applyTurns(at: LogPosition, bytes: Uint8Array): void;
  snapshot(): Promise<ReadableSnapshot>;
}

/** Builds a copy of another server's database; see DirectoryBuilder. */
export interface CopyBuilder {
  /** Keys so far. */
  readonly keys: number;
  readonly isComplete: boolean;
  readonly historyId: Uint8Array;
  add(block: Uint8Array): Promise<void>;
  finish(): Promise<void>;
  abandon(): Promise<void>;
}
