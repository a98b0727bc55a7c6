/** What the main thread and the flush worker say to each other. */
import type { LogFile } from "../../binlog/log-catalog.ts";
import type { LogPosition } from "../../binlog/position.ts";
import type { SqliteOptions } from "../sqlite/schema.ts";

/** Where the worker finds the bytes of a chunk: in shared memory, or in a file of the log. */
export type ChunkSource =
  | { readonly memory: SharedArrayBuffer; readonly length: number }
  | { readonly path: string; readonly offset: number; readonly length: number };

/** First message: which database to write. */
export interface OpenRequest {
  readonly kind: "open";
  readonly sqlite: SqliteOptions;
}

/** Where the worker finds a generation; see Generation. */
export interface GenerationSource {
  readonly chunks: readonly ChunkSource[];
  readonly rows: SharedArrayBuffer;
  readonly rowCount: number;
  readonly garbage: readonly number[];
}

/** Apply frozen generations, all or none. */
export interface FlushRequest {
  readonly kind: "flush";
  /** Oldest first, and none between them left out. */
  readonly generations: readonly GenerationSource[];
  /** End of the newest in the log. */
  readonly position: LogPosition;
  readonly historyId: Uint8Array;
  readonly logFiles: readonly LogFile[];
}

/** Make what has been applied durable in the database file, and shrink the WAL. */
export interface CheckpointRequest {
  readonly kind: "checkpoint";
}

export interface CloseRequest {
  readonly kind: "close";
}

export type WorkerRequest = OpenRequest | FlushRequest | CheckpointRequest | CloseRequest;

/** Every request is answered once, in order; `checkpoint` and `durable` come by themselves. */
export type WorkerReply =
  | { readonly kind: "done" }
  | { readonly kind: "flushed"; readonly rows: number; readonly milliseconds: number }
  /** Whoever has a snapshot open keeps a checkpoint from its end. */
  | { readonly kind: "checkpoint"; readonly isRunning: boolean }
  | { readonly kind: "durable"; readonly position: LogPosition }
  | { readonly kind: "failed"; readonly message: string };
