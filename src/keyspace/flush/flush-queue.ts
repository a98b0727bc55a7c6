/**
 * Frozen generations on their way into SQLite, oldest first; those that wait go together, because the more rows
 * come at once, the fewer pages each of them has to itself. A failed flush is tried again until it succeeds: the
 * rows stay readable here and the log holds them.
 */
import type { LogPosition } from "../../binlog/position.ts";
import { clock } from "../../clock.ts";
import { messageOf, StorageError } from "../../errors.ts";
import { log } from "../../log.ts";
import type { Generation } from "../generations/generation.ts";
import type { Flusher } from "./flusher.ts";

/** Generations that are flushed together: more would leave no room for writes meanwhile. */
const TOGETHER_MAX = 2;
/** Pause after a failed flush, in ms. */
const RETRY_MS = 1000;

/** A generation that takes no more writes, and the place in the log where it ends. */
export interface Frozen {
  readonly generation: Generation;
  readonly end: LogPosition;
  /** History of the file that it ends in. */
  readonly historyId: Uint8Array;
}

export interface FlushQueueEvents {
  /** Makes the log durable up to its end: SQLite must never be ahead of it. */
  syncLog(): Promise<void>;
  /** The oldest generation stands in SQLite now and has left the queue. */
  flushed(frozen: Frozen): void;
  /** An attempt failed; `failure` says why. */
  failed(): void;
}

export class FlushQueue {
  readonly #flusher: Flusher;
  readonly #events: FlushQueueEvents;
  readonly #frozen: Frozen[] = [];
  #waiting: { resolve(): void; reject(error: StorageError): void }[] = [];
  #running: Promise<void> | null = null;
  readonly #closed = Promise.withResolvers<void>();
  #isClosed = false;
  /** Why the last attempt failed; null when it did not. */
  failure: string | null = null;
  flushCount = 0;
  rowCount = 0;
  /** When the last flush ended, or the queue was made; unix seconds. */
  lastFlushTime = Math.floor(clock.nowMs() / 1000);
  lastFlushMilliseconds = 0;

  constructor(flusher: Flusher, events: FlushQueueEvents) {
    this.#flusher = flusher;
    this.#events = events;
  }

  /** Frozen generations, oldest first. */
  get frozen(): readonly Frozen[] {
    return this.#frozen;
  }

  /** Frozen generations for which `holds` is true, newest first. */
  newestFirst(holds: (generation: Generation) => boolean): Generation[] {
    const generations = this.#frozen.map(({ generation }) => generation);
    return generations.filter(holds).reverse();
  }

  push(frozen: Frozen): void {
    this.#frozen.push(frozen);
    this.#running ??= this.#run();
  }

  /** Resolves when the queue is empty. @throws {StorageError} an attempt failed; others will follow */
  async flushed(): Promise<void> {
    if (this.#running === null) return;
    await new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  /** Resolves when the queue is empty, or has given up; a failing flush keeps it waiting. */
  async drained(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  /** Gives up retrying, so that `drained` resolves even if SQLite refuses. */
  close(): void {
    this.#isClosed = true;
    this.#closed.resolve();
  }

  async #run(): Promise<void> {
    while (this.#frozen.length > 0) {
      const oldest = this.#frozen.slice(0, TOGETHER_MAX);
      if (await this.#flush(oldest)) {
        for (const frozen of oldest) {
          this.#frozen.shift();
          this.#tell(() => this.#events.flushed(frozen));
        }
        continue;
      }
      const error = new StorageError(this.failure ?? "");
      for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
      this.#tell(() => this.#events.failed());
      if (this.#isClosed) break;
      await Promise.race([Bun.sleep(RETRY_MS), this.#closed.promise]);
    }
    this.#running = null;
    for (const waiting of this.#waiting.splice(0)) waiting.resolve();
  }

  /** True when the generations stand in SQLite. */
  async #flush(frozen: readonly Frozen[]): Promise<boolean> {
    try {
      await this.#events.syncLog();
      const { end, historyId } = frozen.at(-1)!;
      const generations = frozen.map(({ generation }) => generation);
      const result = await this.#flusher.flush(generations, end, historyId);
      this.flushCount++;
      this.rowCount += result.rows;
      this.lastFlushTime = Math.floor(clock.nowMs() / 1000);
      this.lastFlushMilliseconds = result.milliseconds;
      this.failure = null;
      return true;
    } catch (error) {
      const reason = messageOf(error);
      if (this.failure === null) log.error("flush", "cannot write to SQLite", { reason });
      this.failure = reason;
      return false;
    }
  }

  /** Whoever listens must not stop the queue. */
  #tell(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      log.error("flush", "a listener failed", { error });
    }
  }
}
