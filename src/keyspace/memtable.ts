/**
 * The rows that SQLite does not hold yet: the active generation, which takes writes, and the frozen ones on their way
 * to the flush worker. Decides when the active one is frozen, and whether there is room for more.
 */
import type { LogWriter } from "../binlog/log-writer.ts";
import type { LogPosition } from "../binlog/position.ts";
import { StorageError } from "../errors.ts";
import { log } from "../log.ts";
import type { FlushQueue, Frozen } from "./flush/flush-queue.ts";
import { Generation } from "./generations/generation.ts";
import type { MemoryPool } from "./generations/memory-pool.ts";
import { reclaim } from "./generations/reclaim.ts";
import { NO_ROW } from "./generations/row-layout.ts";
import { mapLog } from "./log/log-map.ts";

/** Frozen generations that may wait for the flush worker; more writes have to wait for room. */
const FROZEN_MAX = 4;

/** When to freeze; see KeyspaceOptions. */
export interface FreezeLimits {
  readonly writeBufferBytes: number;
  readonly flushLogBytes: number;
  readonly flushIntervalMs: number;
}

export interface MemtableHost {
  limits(): FreezeLimits;
  /** Nothing is frozen within a turn. */
  isTurnOpen(): boolean;
}

export class Memtable {
  readonly #pool: MemoryPool;
  readonly #queue: FlushQueue;
  readonly #log: LogWriter;
  readonly #logPath: string;
  readonly #host: MemtableHost;
  /** Takes writes. */
  active: Generation;
  /** Log bytes at the last freeze, to know how much a recovery would have to read. */
  #frozenAt: LogPosition;
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** A flush should have begun, but a turn was open or another flush running. */
  #flushIsDue = false;
  /** Who waits for the end of the turn to have everything before it frozen. */
  #freezeListeners: (() => void)[] = [];
  #roomListeners: (() => void)[] = [];

  /** @param logPath directory of the log's files */
  constructor(
    pool: MemoryPool,
    queue: FlushQueue,
    writer: LogWriter,
    logPath: string,
    host: MemtableHost,
  ) {
    this.#pool = pool;
    this.#queue = queue;
    this.#log = writer;
    this.#logPath = logPath;
    this.#host = host;
    this.active = new Generation(pool);
    this.#frozenAt = writer.position;
  }

  /** Frozen generations, oldest first. */
  get frozen(): readonly Frozen[] {
    return this.#queue.frozen;
  }

  /** All generations, newest first. */
  newestFirst(): Generation[] {
    const generations = [this.active];
    for (const { generation } of this.#queue.frozen) generations.splice(1, 0, generation);
    return generations;
  }

  /** False while writes have to wait for the flush worker. */
  get hasRoom(): boolean {
    return this.#canFreeze() || !this.#isActiveFull;
  }

  /** Calls `listener` once, when there may be room again, or a reason why there is none. */
  onRoom(listener: () => void): void {
    this.#roomListeners.push(listener);
  }

  wakeWaiting(): void {
    for (const listener of this.#roomListeners.splice(0)) listener();
  }

  /** Called between turns: freezes if it is time, or sees to it that it will be. */
  turnEnded(): void {
    const { file, offset } = this.#log.position;
    const { flushLogBytes, flushIntervalMs } = this.#host.limits();
    if (this.#isActiveFull) reclaim(this.active, this.#pool);
    const logged = offset - this.#frozenAt.offset;
    const isFull = this.#isActiveFull || file !== this.#frozenAt.file || logged >= flushLogBytes;
    const asked = this.#freezeListeners.splice(0);
    const isDue = asked.length > 0 || (this.#flushIsDue && this.frozen.length === 0);
    if (isDue || (isFull && this.#canFreeze())) this.freeze();
    else if (isFull) this.#flushIsDue = true;
    else this.#timer ??= setTimeout(() => this.#flushOnTime(), flushIntervalMs);
    for (const listener of asked) listener();
  }

  /** The oldest frozen generation stands in SQLite now. */
  flushed(): void {
    if (!this.#host.isTurnOpen() && (this.#isActiveFull || this.#flushIsDue)) this.turnEnded();
    this.wakeWaiting();
  }

  /**
   * Moves everything written so far, in the present turn too, into SQLite.
   *
   * @param evenEmpty see `freeze`
   * @throws {StorageError} SQLite refuses; it will be tried again by itself
   */
  async flush(evenEmpty = false): Promise<void> {
    if (this.#host.isTurnOpen()) {
      await new Promise<void>((resolve) => this.#freezeListeners.push(resolve));
    }
    if (!this.#host.isTurnOpen()) this.freeze(evenEmpty);
    await this.#queue.flushed();
  }

  /** @param evenEmpty SQLite has to learn the log's position although no row was written */
  freeze(evenEmpty = false): void {
    if (this.#host.isTurnOpen()) {
      throw new StorageError("a generation cannot be frozen within a turn");
    }
    this.stop();
    this.#flushIsDue = false;
    if (this.active.rowCount === 0 && !evenEmpty) return;
    const generation = this.active;
    const isFull = this.#isActiveFull;
    this.active = new Generation(this.#pool);
    // What filled one generation will fill the next: growing its index would copy it again and again.
    if (isFull) this.active.expectRows(generation.rowCount);
    this.#frozenAt = this.#log.position;
    // Memory that was full once will be full again: the next generation takes it over.
    if (isFull || this.frozen.length > 0) this.#spill(generation);
    const { historyId } = this.#log.header;
    this.#queue.push({ generation, end: this.#log.position, historyId });
  }

  /** Frozen generations with rows of the collections, newest first; the active one is frozen if it has some. */
  layersOf(ids: readonly number[]): Generation[] {
    const holds = (generation: Generation) => ids.some((id) => generation.chainOf(id) !== NO_ROW);
    if (holds(this.active)) this.freeze();
    return this.#queue.newestFirst(holds);
  }

  /** Stops what would flush by itself. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  get #isActiveFull(): boolean {
    return this.active.bytes >= this.#host.limits().writeBufferBytes || this.active.isCrowded;
  }

  #canFreeze(): boolean {
    return this.#queue.frozen.length < FROZEN_MAX;
  }

  #flushOnTime(): void {
    this.#timer = null;
    if (this.#host.isTurnOpen() || this.frozen.length > 0) this.#flushIsDue = true;
    else this.freeze();
  }

  #spill(generation: Generation): void {
    try {
      generation.spill(mapLog(this.#logPath));
    } catch (error) {
      log.warn("keyspace", "cannot map the log; its rows stay in memory", { error });
    }
  }
}
