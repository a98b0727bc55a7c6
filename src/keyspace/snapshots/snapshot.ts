/**
 * All rows as of one moment, for somebody who copies them: read in a worker thread, in one read transaction of
 * SQLite, while writes go on. Several readers may share one, each with a cursor of its own.
 */
import type { LogPosition } from "../../binlog/position.ts";
import type { Bytes } from "../../bytes/bytes.ts";
import type { SqliteOptions } from "../sqlite/schema.ts";
import { decodeSnapshotHead, encodeSnapshotHead } from "./snapshot-format.ts";
import type { SourceBlock } from "./snapshot-source.ts";
import type { SnapshotRequest } from "./snapshot-worker.ts";
import { WorkerCalls } from "./worker-calls.ts";

/** Page cache of the worker's connection, in bytes: it reads every page once. */
const CACHE_BYTES = 2 << 20;

export class Snapshot {
  readonly #calls: WorkerCalls<SnapshotRequest>;
  /** The rows are the log's state up to here. */
  readonly position: LogPosition;
  /** History of the log file of `position`. */
  readonly historyId: Uint8Array;
  /** What a copy begins with; see snapshot-format.ts. */
  readonly head: Bytes;
  #isClosed = false;

  private constructor(calls: WorkerCalls<SnapshotRequest>, position: LogPosition, head: Bytes) {
    this.#calls = calls;
    this.position = position;
    this.head = head;
    this.historyId = decodeSnapshotHead(head).header.historyId;
  }

  /**
   * @param path the SQLite file
   * @param headerBytes the header event of a log file
   * @throws {StorageError} the file cannot be read, or holds nothing yet
   */
  static async open(path: string, headerBytes: (file: number) => Bytes): Promise<Snapshot> {
    const worker = new Worker(new URL("./snapshot-worker.ts", import.meta.url), { smol: true });
    const calls = new WorkerCalls<SnapshotRequest>(worker, "the snapshot worker");
    try {
      const sqlite: SqliteOptions = { path, pageBytes: 0, cacheBytes: CACHE_BYTES, mmapBytes: 0 };
      const position = await calls.ask<LogPosition>({ kind: "open", sqlite });
      const head = encodeSnapshotHead(position, headerBytes(position.file));
      return new Snapshot(calls, position, head);
    } catch (error) {
      calls.end();
      throw error;
    }
  }

  /**
   * The block behind `cursor`.
   *
   * @param cursor null: from the beginning
   * @returns the block's bytes, and the cursor to go on with: null behind the last one
   * @throws {StorageError} the file cannot be read, or `close` came first
   */
  read(cursor: Bytes | null): Promise<SourceBlock> {
    return this.#calls.ask<SourceBlock>({ kind: "read", cursor });
  }

  /** Ends the read transaction and the worker. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#calls.ask({ kind: "close" }).catch(() => {});
    this.#calls.end();
  }
}
