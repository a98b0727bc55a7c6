/**
 * The ordered keyspace: byte keys to byte values, one history. Writes go to the active generation and, at
 * the end of the turn, to the log; reads look through the generations and then into SQLite. Everything
 * between two `endTurn` calls is one turn: it reaches the log whole or is undone whole.
 */
import { LogWriter } from "../binlog/log-writer.ts";
import { comparePositions, type LogPosition } from "../binlog/position.ts";
import type { Bytes } from "../bytes/bytes.ts";
import { clock } from "../clock.ts";
import { StorageError } from "../errors.ts";
import { ChunkPool } from "./chunk-pool.ts";
import { DataDirectory } from "./data-directory.ts";
import { FlushQueue, type Frozen } from "./flush-queue.ts";
import { Flusher } from "./flusher.ts";
import { Generation } from "./generation.ts";
import { hasTtl } from "./key-row.ts";
import type { KeyspaceOptions } from "./keyspace-options.ts";
import { mapLog } from "./log-map.ts";
import { LogRetention } from "./log-retention.ts";
import { openHistory } from "./open-history.ts";
import { RangeWalk } from "./range.ts";
import { RowCache } from "./row-cache.ts";
import {
  KIND_KEY,
  PRIOR_ABSENT,
  PRIOR_PRESENT,
  PRIOR_PRESENT_WITH_TTL,
  type Prior,
  RowKey,
} from "./row-key.ts";
import { NO_ROW } from "./row-layout.ts";
import { RowValue } from "./row-value.ts";
import { StorageHealth } from "./storage-health.ts";
import { type ExpiringKey, type SpaceCounts, StoreReader } from "./store-reader.ts";
import { Turn } from "./turn.ts";

/** Frozen generations that may wait for the flush worker; more writes have to wait for room. */
const FROZEN_MAX = 8;
/** Share of db.cache_size that SQLite's page caches get; the row cache has the rest. */
const PAGE_CACHE_SHARE = 0.25;

/** Figures for INFO. All sizes in bytes. */
export interface KeyspaceStats {
  readonly memtableBytes: number;
  readonly memtableRows: number;
  readonly frozenGenerations: number;
  readonly cacheBytes: number;
  readonly flushes: number;
  readonly flushedRows: number;
  readonly lastFlushMilliseconds: number;
  readonly flushFailure: string | null;
  readonly logPosition: LogPosition;
  readonly syncedPosition: LogPosition;
  readonly statements: number;
  readonly turns: number;
}

export class Keyspace {
  #options: KeyspaceOptions;
  readonly #directory: DataDirectory;
  readonly #pool: ChunkPool;
  readonly #flusher: Flusher;
  readonly #queue: FlushQueue;
  readonly #reader: StoreReader;
  readonly #log: LogWriter;
  readonly #retention: LogRetention;
  readonly #cache: RowCache;
  readonly #health: StorageHealth;
  readonly #turn = new Turn();
  readonly #value = new RowValue();
  readonly #lookupKey = new RowKey();
  #active: Generation;
  /** Log bytes at the last freeze, to know how much a recovery would have to read. */
  #frozenAt: LogPosition;
  #durable: LogPosition;
  #flushTimer: ReturnType<typeof setTimeout> | null = null;
  #syncTimer: ReturnType<typeof setTimeout> | null = null;
  #syncing = false;
  #turnCount = 0;
  #lastFlushTime = Math.floor(clock.nowMs() / 1000);
  #roomListeners: (() => void)[] = [];
  #undoListeners: (() => void)[] = [];
  #openListener: () => void = () => {};
  #syncListener: (failure: string | null) => void = () => {};

  private constructor(
    options: KeyspaceOptions,
    directory: DataDirectory,
    pool: ChunkPool,
    flusher: Flusher,
    reader: StoreReader,
  ) {
    this.#options = options;
    this.#directory = directory;
    this.#pool = pool;
    this.#flusher = flusher;
    this.#reader = reader;
    const history = openHistory(directory.logPath, reader, pool);
    reader.endTurn();
    this.#log = new LogWriter(
      {
        directory: directory.logPath,
        fileBytesMax: options.logFileBytesMax,
        historyId: history.id,
      },
      history.end,
    );
    this.#frozenAt = this.#log.position;
    this.#durable = history.applied;
    this.#retention = new LogRetention(directory.logPath, options.logFilesMax);
    this.#cache = new RowCache(pool, options.cacheBytes * (1 - PAGE_CACHE_SHARE));
    this.#health = new StorageHealth(directory.path);
    this.#active = new Generation(pool);
    this.#queue = new FlushQueue(flusher, history.id, {
      syncLog: () => this.#log.sync(),
      flushed: (frozen) => this.#flushed(frozen),
    });
    flusher.onDurable((position) => {
      this.#durable = position;
      this.#retention.purge(position.file, this.#log.position.file);
    });
    for (const frozen of history.frozen) this.#queue.push(frozen);
  }

  /**
   * Opens or creates the keyspace below `options.directory` and recovers it.
   *
   * @throws {StorageError} in use by another process, foreign, newer, damaged beyond recovery, unreadable
   */
  static async open(options: KeyspaceOptions): Promise<Keyspace> {
    const directory = new DataDirectory(options.directory);
    const pool = new ChunkPool(options.writeBufferBytes);
    const flusher = new Flusher(directory.logPath);
    const sqlite = {
      path: directory.databasePath,
      pageBytes: options.pageBytes,
      cacheBytes: (options.cacheBytes * PAGE_CACHE_SHARE) / 2,
    };
    try {
      await flusher.open({ ...sqlite, mmapBytes: 0 });
      const reader = new StoreReader({ ...sqlite, mmapBytes: options.mmapBytes });
      return new Keyspace(options, directory, pool, flusher, reader);
    } catch (error) {
      await flusher.abandon();
      directory.close();
      throw error;
    }
  }

  /**
   * Looks a row up and points `value` at it; false when there is none. The bytes are valid until the end of
   * the turn, or until the same row is written, whichever comes first.
   */
  get(key: RowKey, value: RowValue): boolean {
    const row = this.#active.find(key);
    if (row !== NO_ROW) return this.#active.readValue(row, value);
    const present = this.#getBelow(key, value);
    if (key.bytes[0] === KIND_KEY) key.prior = present ? priorOf(value) : PRIOR_ABSENT;
    return present;
  }

  /**
   * Stores a row whose value has `valueBytes` bytes, and answers where the caller has to write them, at
   * once and all of them.
   *
   * @param id collection that a key row's value names; 0 for strings and for other rows
   */
  put(key: RowKey, valueBytes: number, id = 0): RowValue {
    if (!this.#turn.isOpen) this.#beginTurn();
    const turn = this.#turn;
    const added = this.#active.put(key, valueBytes, id, turn.timeSeconds, turn.undo, this.#value);
    if (added) turn.eventCount++;
    return this.#value;
  }

  /** Removes a row; harmless when there is none, but it costs an event. */
  delete(key: RowKey): void {
    if (!this.#turn.isOpen) this.#beginTurn();
    this.#active.delete(key, this.#turn.timeSeconds, this.#turn.undo);
    this.#turn.eventCount++;
  }

  /**
   * Walks the rows with `from` <= key < `to`, which share kind and number (database, space, collection).
   * The walk is valid until the end of the turn; rows put or deleted meanwhile may or may not be seen.
   *
   * @param to null: to the end of that kind and number
   * @param expectedRows how many rows the caller is likely to take
   */
  range(from: Bytes, to: Bytes | null, reverse = false, expectedRows = 16): RangeWalk {
    const generations = [this.#active];
    for (const frozen of this.#queue.frozen) generations.splice(1, 0, frozen.generation);
    return new RangeWalk(generations, this.#reader, { from, to, reverse }, expectedRows);
  }

  /**
   * Ends the turn. True when it wrote something, which is in the log now.
   *
   * @throws {StorageError} the log refused; the turn is undone, and writes are refused from now on
   */
  endTurn(): boolean {
    this.#reader.endTurn();
    this.#cache.endTurn();
    this.#turnCount++;
    if (!this.#turn.isOpen) return false;
    if (this.#turn.eventCount === 0) {
      this.#turn.takeBack(this.#active);
      return false;
    }
    try {
      this.#turn.append(this.#active, this.#log);
    } catch (error) {
      this.abortTurn();
      const reason = error instanceof Error ? error.message : String(error);
      this.#health.fail(reason);
      throw error;
    }
    if (this.#options.sync !== "no") this.#syncSoon();
    this.#considerFreezing();
    return true;
  }

  /** Undoes everything that the turn has written so far. */
  abortTurn(): void {
    if (!this.#turn.isOpen) return;
    this.#turn.takeBack(this.#active);
    for (const listener of this.#undoListeners) listener();
  }

  /** Calls `listener` when something begins that `endTurn` has to end: the first write or SQLite read. */
  onTurnOpen(listener: () => void): void {
    this.#openListener = listener;
    this.#reader.onBegin(listener);
  }

  /** Calls `listener` after a turn was undone: what was derived from its rows must be read again. */
  onUndo(listener: () => void): void {
    this.#undoListeners.push(listener);
  }

  /** When the last flush ended, or the keyspace was opened; unix seconds. */
  get lastFlushTime(): number {
    return this.#lastFlushTime;
  }

  /** Flushes so far: a change means that SQLite holds newer rows. */
  get flushCount(): number {
    return this.#queue.flushCount;
  }

  /** Why writes are refused now, or null. */
  get writeFailure(): string | null {
    return this.#health.failure;
  }

  /** False while writes have to wait for the flush worker. */
  get hasRoom(): boolean {
    return this.#active.bytes < this.#options.writeBufferBytes || this.#canFreeze();
  }

  /** Calls `listener` once, when there is room again. */
  onRoom(listener: () => void): void {
    this.#roomListeners.push(listener);
  }

  /** Calls `listener` after each attempt to make the log durable, with the reason if it failed. */
  onSync(listener: (failure: string | null) => void): void {
    this.#syncListener = listener;
  }

  /** Resolves when everything in the log is durable. @throws {StorageError} it cannot be made so */
  async synced(): Promise<void> {
    await this.#log.sync();
  }

  /** End of the log. */
  get position(): LogPosition {
    return this.#log.position;
  }

  /** Everything before this place survives a power cut. */
  get syncedPosition(): LogPosition {
    return this.#log.syncedPosition;
  }

  /**
   * Keys of a space, exactly. Each blind write since the last call costs a look-up: `pendingCounts` says
   * how many, and `flush` makes it 0.
   */
  counts(space: number): SpaceCounts {
    const base = this.#reader.counts(space);
    const applied = this.#reader.applied();
    let { keys, expires } = base;
    for (const [index, frozen] of this.#queue.frozen.entries()) {
      if (applied !== null && comparePositions(frozen.end, applied) <= 0) continue;
      const tally = this.#tally(frozen.generation, index, space);
      keys += tally.keys;
      expires += tally.expires;
    }
    const tally = this.#tally(this.#active, this.#queue.frozen.length, space);
    return { keys: keys + tally.keys, expires: expires + tally.expires };
  }

  /** How many rows `counts` would have to look at. */
  get pendingCounts(): number {
    let sum = this.#active.tally.pending;
    for (const frozen of this.#queue.frozen) sum += frozen.generation.tally.pending;
    return sum;
  }

  /** Up to `limit` flushed keys whose TTL ends by `untilMs`, the earliest first, behind `after` if given. */
  expired(after: ExpiringKey | null, untilMs: number, limit: number): ExpiringKey[] {
    return this.#reader.expired(after, untilMs, limit);
  }

  /** Moves everything written so far into SQLite; call between turns. Keeps trying while SQLite refuses. */
  async flush(): Promise<void> {
    this.#freeze();
    await this.#queue.drained();
  }

  /** `flush`, and makes it durable there. */
  async checkpoint(): Promise<void> {
    await this.flush();
    await this.#flusher.checkpoint();
  }

  /** Changes options that may change at run time. */
  configure(options: Partial<KeyspaceOptions>): void {
    this.#options = { ...this.#options, ...options };
    if (options.logFileBytesMax !== undefined) this.#log.fileBytesMax = options.logFileBytesMax;
    if (options.logFilesMax !== undefined) this.#retention.filesMax = options.logFilesMax;
    if (options.cacheBytes !== undefined) {
      this.#cache.budgetBytes = options.cacheBytes * (1 - PAGE_CACHE_SHARE);
    }
  }

  stats(): KeyspaceStats {
    return {
      memtableBytes: this.#active.memoryBytes,
      memtableRows: this.#active.rowCount,
      frozenGenerations: this.#queue.frozen.length,
      cacheBytes: this.#cache.memoryBytes,
      flushes: this.#queue.flushCount,
      flushedRows: this.#queue.rowCount,
      lastFlushMilliseconds: this.#queue.lastFlushMilliseconds,
      flushFailure: this.#queue.failure,
      logPosition: this.#log.position,
      syncedPosition: this.#log.syncedPosition,
      statements: this.#reader.statementCount,
      turns: this.#turnCount,
    };
  }

  /**
   * Makes the log durable and closes. Nothing is lost if SQLite refuses: the log has it.
   *
   * @param flush moves what it takes into SQLite first, so that the next start has nothing to recover
   */
  async close(flush = true): Promise<void> {
    this.#stopTimers();
    this.#health.close();
    this.#queue.close();
    if (flush) this.#freeze();
    await this.#queue.drained();
    await this.#log.sync().catch(() => {});
    if (flush) await this.#flusher.checkpoint().catch(() => {});
    await this.#flusher.close();
    this.#reader.close();
    this.#log.close();
    this.#directory.close();
  }

  #getBelow(key: RowKey, value: RowValue): boolean {
    const frozen = this.#queue.frozen;
    for (let i = frozen.length - 1; i >= 0; i--) {
      const generation = frozen[i]!.generation;
      const row = generation.find(key);
      if (row !== NO_ROW) return generation.readValue(row, value);
    }
    const cached = this.#cache.get(key, value);
    if (cached !== "unknown") return cached === "present";
    const bytes = this.#reader.get(key.view());
    this.#cache.add(key, bytes);
    if (bytes === null) return false;
    value.set(bytes, 0, bytes.length);
    return true;
  }

  #beginTurn(): void {
    if (this.#log.isFull) {
      this.#log.rotate();
      this.#active.seal();
    }
    this.#turn.begin(this.#active);
    this.#openListener();
  }

  #canFreeze(): boolean {
    return this.#queue.frozen.length < FROZEN_MAX;
  }

  #considerFreezing(): void {
    const { flushIntervalMs, flushLogBytes, writeBufferBytes } = this.#options;
    const logged = this.#log.position.offset - this.#frozenAt.offset;
    const longLog = this.#log.position.file !== this.#frozenAt.file || logged >= flushLogBytes;
    if (this.#active.bytes >= writeBufferBytes || longLog) {
      if (this.#canFreeze()) this.#freeze();
      return;
    }
    this.#flushTimer ??= setTimeout(() => {
      this.#flushTimer = null;
      if (this.#queue.frozen.length === 0) this.#freeze();
    }, flushIntervalMs);
  }

  #freeze(): void {
    if (this.#turn.isOpen) throw new StorageError("a generation cannot be frozen within a turn");
    if (this.#flushTimer !== null) clearTimeout(this.#flushTimer);
    this.#flushTimer = null;
    if (this.#active.rowCount === 0) return;
    const generation = this.#active;
    this.#active = new Generation(this.#pool);
    this.#frozenAt = this.#log.position;
    if (this.#queue.frozen.length > 0) generation.spill(mapLog(this.#directory.logPath));
    this.#queue.push({ generation, end: this.#log.position });
  }

  #flushed(frozen: Frozen): void {
    this.#cache.push(frozen.generation);
    this.#lastFlushTime = Math.floor(clock.nowMs() / 1000);
    if (this.#active.bytes >= this.#options.writeBufferBytes && !this.#turn.isOpen) this.#freeze();
    for (const listener of this.#roomListeners.splice(0)) listener();
  }

  #syncSoon(): void {
    if (this.#options.sync === "always") {
      if (!this.#syncing) void this.#syncNow();
      return;
    }
    this.#syncTimer ??= setTimeout(() => {
      this.#syncTimer = null;
      void this.#syncNow();
    }, 1000);
  }

  async #syncNow(): Promise<void> {
    this.#syncing = true;
    try {
      do {
        await this.#log.sync();
        this.#syncListener(null);
      } while (
        this.#options.sync === "always" &&
        comparePositions(this.#log.syncedPosition, this.#log.position) < 0
      );
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#health.fail(reason, () => this.#resumeAfterFailedSync());
      this.#syncListener(reason);
    } finally {
      this.#syncing = false;
    }
  }

  /**
   * After a failed fsync nobody knows what of the log is on disk, and asking again proves nothing. But the
   * rows are in memory: once SQLite has them, durably, the log before a new file is not needed any more.
   */
  async #resumeAfterFailedSync(): Promise<void> {
    this.#log.rotate();
    this.#active.seal();
    const end = this.#log.position;
    await this.checkpoint();
    if (comparePositions(this.#durable, end) < 0 && this.#queue.failure !== null) {
      throw new StorageError("SQLite does not hold the log's state yet");
    }
  }

  #tally(generation: Generation, layer: number, space: number): SpaceCounts {
    return generation.tally.count(space, (row) => this.#stateBelow(generation, row, layer));
  }

  /** State of a row in the layers below frozen generation number `layer`. */
  #stateBelow(generation: Generation, row: number, layer: number): Prior {
    const key = this.#lookupKey.raw(
      generation.chunkOf(row),
      generation.keyStart(row),
      generation.keyEnd(row),
    );
    const value = this.#value;
    for (let i = layer - 1; i >= 0; i--) {
      const older = this.#queue.frozen[i]!.generation;
      const found = older.find(key);
      if (found === NO_ROW) continue;
      return older.readValue(found, value) ? priorOf(value) : PRIOR_ABSENT;
    }
    const cached = this.#cache.get(key, value);
    if (cached !== "unknown") return cached === "present" ? priorOf(value) : PRIOR_ABSENT;
    const bytes = this.#reader.get(key.view());
    return bytes === null ? PRIOR_ABSENT : priorOf(value.set(bytes, 0, bytes.length));
  }

  #stopTimers(): void {
    if (this.#flushTimer !== null) clearTimeout(this.#flushTimer);
    if (this.#syncTimer !== null) clearTimeout(this.#syncTimer);
    this.#flushTimer = null;
    this.#syncTimer = null;
  }
}

function priorOf(value: RowValue): Prior {
  return hasTtl(value.buffer, value.start) ? PRIOR_PRESENT_WITH_TTL : PRIOR_PRESENT;
}
