/**
 * The ordered keyspace: byte keys to byte values, one history. Writes go to the active generation and, at
 * the end of the turn, to the log; reads look through the generations and then into SQLite. Everything
 * between two `endTurn` calls is one turn: it reaches the log whole or is undone whole.
 */
import { LogWriter } from "../binlog/log-writer.ts";
import type { LogPosition } from "../binlog/position.ts";
import type { Bytes } from "../bytes/bytes.ts";
import { messageOf, StorageError } from "../errors.ts";
import { DataDirectory } from "./data-directory.ts";
import { FlushQueue, type Frozen } from "./flush/flush-queue.ts";
import { Flusher } from "./flush/flusher.ts";
import { Generation } from "./generations/generation.ts";
import { MemoryPool } from "./generations/memory-pool.ts";
import { RowCache } from "./generations/row-cache.ts";
import { RowFetch } from "./generations/row-fetch.ts";
import { NO_ROW } from "./generations/row-layout.ts";
import { KeyCounter } from "./key-counter.ts";
import type { KeyspaceOptions, KeyspaceStats } from "./keyspace-options.ts";
import { type ForeignListener, ForeignRows } from "./log/foreign-rows.ts";
import { addTurns } from "./log/foreign-turns.ts";
import { LogHistory } from "./log/log-history.ts";
import { LogRepair } from "./log/log-repair.ts";
import { LogSuccession } from "./log/log-succession.ts";
import { LogSync } from "./log/log-sync.ts";
import { type History, openHistory } from "./log/open-history.ts";
import { Memtable } from "./memtable.ts";
import { RangeWalk } from "./range.ts";
import { KIND_KEY, PRIOR_ABSENT, type RowKey } from "./rows/row-key.ts";
import { priorOf, RowValue } from "./rows/row-value.ts";
import { Savepoints } from "./savepoints.ts";
import { RowSnapshots } from "./snapshots/row-snapshots.ts";
import { Snapshot } from "./snapshots/snapshot.ts";
import { type ExpiringKey, type SpaceCounts, StoreReader } from "./sqlite/store-reader.ts";
import { StorageHealth } from "./storage-health.ts";
import { Turn } from "./turn.ts";

/** Share of db.cache_size that SQLite's page caches get; the row cache has the rest. */
const PAGE_CACHE_SHARE = 0.25;

export class Keyspace {
  /** The log, for who reads or keeps it. */
  readonly history: LogHistory;
  #options: KeyspaceOptions;
  readonly #directory: DataDirectory;
  readonly #flusher: Flusher;
  readonly #queue: FlushQueue;
  readonly #reader: StoreReader;
  readonly #log: LogWriter;
  readonly #sync: LogSync;
  readonly cache: RowCache;
  readonly #health: StorageHealth;
  readonly rowSnapshots: RowSnapshots;
  readonly #turn = new Turn();
  readonly savepoints = new Savepoints(this.#turn, () => this.#memtable.active);
  readonly #value = new RowValue();
  readonly #fetch = new RowFetch();
  readonly #memtable: Memtable;
  readonly #counter: KeyCounter;
  readonly #succession: LogSuccession;
  #closed = false;
  #turnCount = 0;
  #foreignListener: ForeignListener | null = null;
  #openListener: () => void = () => {};

  private constructor(
    options: KeyspaceOptions,
    directory: DataDirectory,
    pool: MemoryPool,
    flusher: Flusher,
    reader: StoreReader,
    openReader: () => StoreReader,
    history: History,
  ) {
    this.#options = options;
    this.#directory = directory;
    this.#flusher = flusher;
    this.#reader = reader;
    this.history = new LogHistory(directory.logPath, options.logFilesMax);
    this.#log = new LogWriter(
      {
        directory: directory.logPath,
        fileBytesMax: options.logFileBytesMax,
        historyId: history.id,
        onFile: (file) => this.history.began(file),
        ...(options.syncFile === undefined ? {} : { syncFile: options.syncFile }),
      },
      history.end,
    );
    this.history.attach(this.#log);
    this.#succession = new LogSuccession(this.#log, history.end.offset === 0);
    this.cache = new RowCache(pool, options.cacheBytes * (1 - PAGE_CACHE_SHARE));
    this.#health = new StorageHealth(directory.path);
    this.#queue = new FlushQueue(flusher, {
      syncLog: () => this.#sync.files(),
      flushed: (frozen) => this.#flushed(frozen),
      failed: () => this.#memtable.wakeWaiting(),
    });
    this.#memtable = new Memtable(pool, this.#queue, this.#log, directory.logPath, {
      limits: () => this.#options,
      isTurnOpen: () => this.#turn.isOpen,
    });
    this.#counter = new KeyCounter(this.#memtable, this.cache, reader);
    const layersOf = (ids: readonly number[]) => this.#memtable.layersOf(ids);
    this.rowSnapshots = new RowSnapshots(openReader, layersOf, this.cache.pins);
    const repair = new LogRepair(this.#log, this.#queue, flusher, history.applied, {
      canFreeze: () => !this.#turn.isOpen,
      freeze: () => this.#memtable.freeze(true),
    });
    this.#sync = new LogSync(this.#log, options.sync, (reason) =>
      this.#health.fail(reason, async () => {
        await repair.step(directory.logPath);
        this.#sync.recovered();
      }),
    );
    flusher.logFiles = () => this.history.files();
    reader.keepSnapshots(true);
    flusher.onCheckpoint((isRunning) => reader.keepSnapshots(!isRunning));
    flusher.onDurable((position) => {
      repair.durable = position;
      this.history.durable(position);
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
    const pool = new MemoryPool(options.writeBufferBytes);
    const flusher = new Flusher(directory.logPath);
    const sqlite = {
      path: directory.databasePath,
      pageBytes: options.pageBytes,
      cacheBytes: (options.cacheBytes * PAGE_CACHE_SHARE) / 2,
    };
    let reader: StoreReader | null = null;
    try {
      await flusher.open({ ...sqlite, mmapBytes: 0 });
      const openReader = () => new StoreReader({ ...sqlite, mmapBytes: options.mmapBytes });
      reader = openReader();
      const history = openHistory(directory.logPath, reader, pool);
      reader.endTurn();
      const keyspace = new Keyspace(options, directory, pool, flusher, reader, openReader, history);
      if (history.isRestarted) await keyspace.#markStart(pool, history.id);
      return keyspace;
    } catch (error) {
      reader?.close();
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
    const { active } = this.#memtable;
    const row = active.locate(key);
    if (row !== NO_ROW) return active.readValue(row, value);
    const present = this.#getBelow(key, value);
    if (key.bytes[0] === KIND_KEY) {
      key.prior = present ? priorOf(value) : PRIOR_ABSENT;
      key.priorOwner = active;
    }
    return present;
  }

  /** Has fetched what look-ups of these hashes will read; of blind writes, what writing will. See RowFetch. */
  fetch(hashes: Int32Array, keys: number, isBlind: boolean): void {
    let count = this.#fetch.fetch(this.#memtable.active, hashes, keys);
    if (isBlind || count === 0) return;
    for (const layer of [...this.#memtable.newestFirst().slice(1), ...this.cache.generations]) {
      if (count > 0) count = this.#fetch.fetch(layer, hashes, count);
    }
  }

  /**
   * Stores a row whose value has `valueBytes` bytes, and answers where the caller has to write them, at
   * once and all of them.
   *
   * @param id collection that a key row's value names; 0 for strings and for other rows
   * @throws {StorageError} the disk takes no writes, or the keyspace is closed
   */
  put(key: RowKey, valueBytes: number, id = 0): RowValue {
    if (!this.#turn.isOpen) this.#beginTurn();
    const turn = this.#turn;
    const { active } = this.#memtable;
    const added = active.put(key, valueBytes, id, turn.timeSeconds, turn.undo, this.#value);
    if (added) turn.eventCount++;
    return this.#value;
  }

  /** Removes a row; harmless when there is none, but it costs an event. */
  delete(key: RowKey): void {
    if (!this.#turn.isOpen) this.#beginTurn();
    this.#memtable.active.delete(key, this.#turn.timeSeconds, this.#turn.undo);
    this.#turn.eventCount++;
  }

  /**
   * Walks the rows with `from` <= key < `to`, which share kind and number (database, space, collection).
   * The walk is valid until the end of the turn; rows put or deleted meanwhile may or may not be seen.
   * Of a key row's value only the head is sure to be there: type, TTL and collection id.
   *
   * @param to null: to the end of that kind and number
   * @param expectedRows how many rows the caller is likely to take
   * @param skip how many of the first rows are left out
   */
  range(from: Bytes, to: Bytes | null, reverse = false, expectedRows = 16, skip = 0): RangeWalk {
    const generations = this.#memtable.newestFirst();
    return new RangeWalk(generations, this.#reader, { from, to, reverse, skip }, expectedRows);
  }

  /** True when rows of the collection `id` wait to be flushed. */
  holdsRowsOf(id: number): boolean {
    return this.#memtable.newestFirst().some((generation) => generation.chainOf(id) !== NO_ROW);
  }

  /**
   * Ends the turn. True when it wrote something, which is in the log now.
   *
   * @throws {StorageError} the log refused; the turn is undone, and writes are refused from now on
   */
  endTurn(): boolean {
    this.#reader.endTurn();
    this.cache.endTurn();
    this.#turnCount++;
    if (!this.#turn.isOpen) return false;
    if (this.#turn.eventCount === 0) {
      this.#turn.takeBack(this.#memtable.active);
      return false;
    }
    const failure = this.#sync.failure;
    if (failure !== null) {
      this.abortTurn();
      throw new StorageError(failure);
    }
    try {
      this.#turn.append(this.#memtable.active, this.#log);
    } catch (error) {
      this.abortTurn();
      this.#health.fail(messageOf(error));
      throw error;
    }
    this.#sync.soon();
    this.#memtable.turnEnded();
    return true;
  }

  /** Ends the turn by undoing everything that it has written. */
  abortTurn(): void {
    this.#reader.endTurn();
    if (!this.#turn.isOpen) return;
    this.savepoints.rollback(null);
    this.#memtable.turnEnded();
  }

  /**
   * From the next turn on the log is another server's: it grows by `applyTurns` alone, and writes are refused.
   */
  follow(): void {
    this.#succession.isFollowing = true;
  }

  /**
   * Takes writes again. The first one begins a new file and a new history: what others may have read of the
   * last file stays as it was.
   */
  lead(): void {
    this.#succession.lead();
  }

  get isFollowing(): boolean {
    return this.#succession.isFollowing;
  }

  /**
   * Appends whole turns of another server's log, which this one repeats byte for byte, and takes over their rows.
   *
   * REQUIRES: no turn is open.
   * @param at the end of this log, or (next file, 0): then `bytes` begin with that file's header
   * @throws {LogMismatch} the place is another, or a turn is not whole; nothing is changed
   * @throws {StorageError} the disk refuses; nothing is changed
   */
  applyTurns(at: LogPosition, bytes: Uint8Array): void {
    if (this.#turn.isOpen) throw new StorageError("a turn is open");
    const failure = this.#health.failure ?? this.#sync.failure;
    if (failure !== null) throw new StorageError(failure);
    const start = this.#succession.prepareForeign(at, bytes);
    if (start > 0) this.#memtable.active.seal();
    if (bytes.length === start) return;
    const place = this.#log.position;
    try {
      this.#log.append([{ buffer: bytes, start, end: bytes.length }]);
    } catch (error) {
      this.#health.fail(messageOf(error));
      throw error;
    }
    this.#reader.endTurn();
    const rows = new ForeignRows(this.#foreignListener);
    addTurns(this.#memtable.active, bytes, start, place, rows.note);
    this.savepoints.tellUndone();
    this.#turnCount++;
    this.#sync.soon();
    this.#memtable.turnEnded();
    rows.end();
  }

  /** Begins a new log file with the next turn. Another server's log has its files from there. */
  rotateLog(): void {
    this.#succession.rotateSoon();
  }

  /** Who is told of what `applyTurns` writes. */
  onForeignKeys(listener: ForeignListener): void {
    this.#foreignListener = listener;
  }

  /** A consistent view of everything written so far, for somebody who copies it. @throws {StorageError} SQLite refuses */
  async snapshot(): Promise<Snapshot> {
    await this.#memtable.flush(true);
    return Snapshot.open(this.#directory.databasePath, (file) => this.history.headerBytes(file));
  }

  /** Calls `listener` when something begins that `endTurn` has to end: the first write or SQLite read. */
  onTurnOpen(listener: () => void): void {
    this.#openListener = listener;
    this.#reader.onBegin(listener);
  }

  /**
   * Calls `listener` after rows changed otherwise than by `put` and `delete`: a turn was undone, or another
   * server's were applied. What was derived from rows must be read again.
   */
  onUndo(listener: () => void): void {
    this.savepoints.onUndo(listener);
  }

  /** Look-ups in SQLite so far: unchanged after a read, the row was in memory. */
  get statementCount(): number {
    return this.#reader.statementCount;
  }

  /** Flushes so far: a change means that SQLite holds newer rows. */
  get flushCount(): number {
    return this.#queue.flushCount;
  }

  /** Why writes are refused now, or null. */
  get writeFailure(): string | null {
    return this.#health.failure ?? (this.hasRoom ? null : this.#queue.failure);
  }

  /** True when replies have to wait until everything before them is durable: see `onSync`. */
  get isSyncAwaited(): boolean {
    return this.#sync.isAwaited;
  }

  /** True when something was written that is not in the log yet. */
  get isTurnOpen(): boolean {
    return this.#turn.isOpen;
  }

  /** False while writes have to wait for the flush worker. */
  get hasRoom(): boolean {
    return this.#memtable.hasRoom;
  }

  /** Calls `listener` once, when there may be room again, or a reason why there is none. */
  onRoom(listener: () => void): void {
    this.#memtable.onRoom(listener);
  }

  /** Calls `listener` after each attempt to make the log durable, with the reason if it failed. */
  onSync(listener: (failure: string | null) => void): void {
    this.#sync.listener = listener;
  }

  /** Resolves when everything in the log is durable. @throws {StorageError} it cannot be made so */
  async synced(): Promise<void> {
    await this.#sync.turns();
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
    return this.#counter.counts(space);
  }

  /** How many rows `counts` would have to look at. */
  get pendingCounts(): number {
    return this.#counter.pending;
  }

  /** Up to `limit` flushed keys whose TTL ends by `untilMs`, the earliest first, behind `after` if given. */
  expired(after: ExpiringKey | null, untilMs: number, limit: number): ExpiringKey[] {
    return this.#reader.expired(after, untilMs, limit);
  }

  /**
   * Moves everything written so far, in the present turn too, into SQLite.
   *
   * @throws {StorageError} SQLite refuses; it will be tried again by itself
   */
  async flush(): Promise<void> {
    await this.#memtable.flush();
  }

  /** `flush`, and makes it durable there. @throws {StorageError} the disk prevents it */
  async checkpoint(): Promise<void> {
    await this.flush();
    await this.#flusher.checkpoint();
  }

  /** Changes options that may change at run time. */
  configure(options: Partial<KeyspaceOptions>): void {
    this.#options = { ...this.#options, ...options };
    if (options.sync !== undefined) this.#sync.policy = options.sync;
    if (options.logFileBytesMax !== undefined) this.#log.fileBytesMax = options.logFileBytesMax;
    const { logFilesMax: filesMax, logAgeMaxSeconds: ageMaxSeconds } = this.#options;
    this.history.limits = { filesMax, ageMaxSeconds };
    if (options.cacheBytes !== undefined) {
      this.cache.budgetBytes = options.cacheBytes * (1 - PAGE_CACHE_SHARE);
    }
  }

  stats(): KeyspaceStats {
    return {
      memtableBytes: this.#memtable.active.memoryBytes,
      memtableRows: this.#memtable.active.rowCount,
      frozenGenerations: this.#queue.frozen.length,
      cacheBytes: this.cache.memoryBytes,
      flushes: this.#queue.flushCount,
      flushedRows: this.#queue.rowCount,
      lastFlushTime: this.#queue.lastFlushTime,
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
    this.#closed = true;
    this.#stop();
    if (flush) this.#memtable.freeze();
    await this.#queue.drained();
    await this.#log.sync().catch(() => {});
    if (flush) await this.#flusher.checkpoint().catch(() => {});
    // The writer goes first, so that SQLite's companion files stay: on a full disk they could not be made again.
    await this.#flusher.close().catch(() => {});
    this.#closeFiles();
  }

  /** Lets go of everything at once, as a crash would; the files are as they happen to be. */
  async abandon(): Promise<void> {
    this.#stop();
    await this.#flusher.abandon();
    await this.#queue.drained();
    this.#closeFiles();
  }

  #getBelow(key: RowKey, value: RowValue): boolean {
    const frozen = this.#queue.frozen;
    for (let i = frozen.length - 1; i >= 0; i--) {
      const generation = frozen[i]!.generation;
      const row = generation.find(key);
      if (row !== NO_ROW) return generation.readValue(row, value);
    }
    const cached = this.cache.get(key, value);
    if (cached !== "unknown") return cached === "present";
    const bytes = this.#reader.get(key);
    this.cache.add(key, bytes);
    if (bytes === null) return false;
    value.set(bytes, 0, bytes.length);
    return true;
  }

  /** @throws {StorageError} no writes are taken now */
  #beginTurn(): void {
    if (this.#closed) throw new StorageError("the database is closed");
    const { failure } = this.#health;
    if (failure !== null) throw new StorageError(`writes are refused: ${failure}`);
    if (this.#succession.prepareTurn()) this.#memtable.active.seal();
    this.#turn.begin(this.#memtable.active);
    this.#openListener();
  }

  #flushed(frozen: Frozen): void {
    // An older snapshot misses the rows that have just left the queue.
    this.#reader.endSnapshot();
    this.cache.push(frozen.generation);
    this.#memtable.flushed();
  }

  /** SQLite learns where the log begins before anything is written that only this log has. */
  async #markStart(pool: MemoryPool, historyId: Uint8Array): Promise<void> {
    await this.#flusher.flush([new Generation(pool)], this.#log.position, historyId);
    await this.#flusher.checkpoint();
  }

  #stop(): void {
    this.#memtable.stop();
    this.#sync.stop();
    this.#health.close();
    this.#queue.close();
  }

  #closeFiles(): void {
    this.rowSnapshots.close();
    this.#reader.close();
    this.#log.close();
    this.#directory.close();
  }
}
