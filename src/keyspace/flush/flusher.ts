/** The main thread's handle of the flush worker: requests in, promises out. */
import type { LogFile } from "../../binlog/log-catalog.ts";
import { logFilePath } from "../../binlog/log-files.ts";
import type { LogPosition } from "../../binlog/position.ts";
import { StorageError } from "../../errors.ts";
import type { Generation } from "../generations/generation.ts";
import type { SqliteOptions } from "../sqlite/schema.ts";
import type {
  ChunkSource,
  GenerationSource,
  WorkerReply,
  WorkerRequest,
} from "./flush-protocol.ts";

interface Waiting {
  resolve(reply: WorkerReply): void;
  reject(error: StorageError): void;
}

export class Flusher {
  readonly #worker: Worker;
  readonly #logDirectory: string;
  readonly #waiting: Waiting[] = [];
  /** Set when the worker is gone: nothing will be answered any more. */
  #failure: StorageError | null = null;
  /** What the log's files are: SQLite lists them beside the rows. */
  logFiles: () => readonly LogFile[] = () => [];
  #onCheckpoint: (isRunning: boolean) => void = () => {};
  #onDurable: (position: LogPosition) => void = () => {};

  constructor(logDirectory: string) {
    this.#logDirectory = logDirectory;
    this.#worker = new Worker(new URL("./flush-worker.ts", import.meta.url), { smol: true });
    this.#worker.onmessage = (event: MessageEvent<WorkerReply>) => this.#take(event.data);
    this.#worker.onerror = (event) => this.#fail(event.message);
    this.#worker.addEventListener("close", () => this.#fail("it ended"));
  }

  /** Calls `listener` when a checkpoint begins, which waits some ms for readers to end, and when it has ended. */
  onCheckpoint(listener: (isRunning: boolean) => void): void {
    this.#onCheckpoint = listener;
  }

  /** Calls `listener` whenever everything before a position has become durable in SQLite. */
  onDurable(listener: (position: LogPosition) => void): void {
    this.#onDurable = listener;
  }

  /** @throws {StorageError} the database cannot be opened */
  async open(sqlite: SqliteOptions): Promise<void> {
    await this.#ask({ kind: "open", sqlite });
  }

  /**
   * Applies frozen generations, oldest first, of which the newest ends at `position`: all of them or none.
   *
   * @throws {StorageError} SQLite refused (disk full, I/O error); nothing was applied
   */
  async flush(
    generations: readonly Generation[],
    position: LogPosition,
    historyId: Uint8Array,
  ): Promise<{ rows: number; milliseconds: number }> {
    const reply = await this.#ask({
      kind: "flush",
      generations: generations.map((generation) => this.#source(generation)),
      position,
      historyId,
      logFiles: this.logFiles(),
    });
    if (reply.kind !== "flushed") throw new StorageError("the flush worker is out of step");
    return reply;
  }

  /** Makes everything applied durable in SQLite's files. @throws {StorageError} the disk prevents it */
  async checkpoint(): Promise<void> {
    await this.#ask({ kind: "checkpoint" });
  }

  async close(): Promise<void> {
    await this.#ask({ kind: "close" });
    this.#worker.terminate();
  }

  /** Stops the worker without waiting for anything. */
  async abandon(): Promise<void> {
    this.#fail("it was told to");
    await this.#worker.terminate();
  }

  #fail(reason: string): void {
    this.#failure ??= new StorageError(`the flush worker stopped, restart the server: ${reason}`);
    for (const waiting of this.#waiting.splice(0)) waiting.reject(this.#failure);
  }

  #source(generation: Generation): GenerationSource {
    const { chunks, rows, rowCount, garbage } = generation;
    const sources = chunks.map((chunk, number) => this.#chunkSource(generation, chunk, number));
    return { chunks: sources, rows: rows.buffer, rowCount, garbage };
  }

  #chunkSource(generation: Generation, chunk: Uint8Array, number: number): ChunkSource {
    const length = generation.chunkEnds[number]!;
    if (chunk.buffer instanceof SharedArrayBuffer) return { memory: chunk.buffer, length };
    const place = generation.places[number]!;
    return { path: logFilePath(this.#logDirectory, place.file), offset: place.offset, length };
  }

  #ask(request: WorkerRequest): Promise<WorkerReply> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(request);
    });
  }

  #take(reply: WorkerReply): void {
    switch (reply.kind) {
      case "durable":
        this.#onDurable(reply.position);
        break;
      case "checkpoint":
        this.#onCheckpoint(reply.isRunning);
        break;
      case "failed":
        this.#waiting.shift()?.reject(new StorageError(reply.message));
        break;
      default:
        this.#waiting.shift()?.resolve(reply);
    }
  }
}
