/**
 * The ordered keyspace: byte keys to byte values, one history. Writes go to the active generation and, at
 * the end of the turn, to the log; reads look through the generations and then into SQLite. Everything
 * between two `endTurn` calls is one turn: it reaches the log whole or is undone whole.
 */
import { randomBytes } from "node:crypto";
import { FILE_HEADER_BYTES, HISTORY_ID_BYTES } from "../binlog/event.ts";
import { LogWriter } from "../binlog/log-writer.ts";
import { comparePositions, type LogPosition } from "../binlog/position.ts";
import type { Bytes } from "../bytes/bytes.ts";
import { clock } from "../clock.ts";
import { StorageError } from "../errors.ts";
import { log } from "../log.ts";
import { ChunkPool } from "./chunk-pool.ts";
import { DataDirectory } from "./data-directory.ts";
import { FlushQueue, type Frozen } from "./flush-queue.ts";
import { Flusher } from "./flusher.ts";
import { type ForeignListener, ForeignRows } from "./foreign-rows.ts";
import { addTurns, checkTurns, LogMismatch } from "./foreign-turns.ts";
import { Generation } from "./generation.ts";
import type { KeyspaceOptions, KeyspaceStats } from "./keyspace-options.ts";
import { LogHistory } from "./log-history.ts";
import { mapLog } from "./log-map.ts";
import { LogRepair } from "./log-repair.ts";
import { LogSync } from "./log-sync.ts";
import { type History, openHistory } from "./open-history.ts";
import { RangeWalk } from "./range.ts";
import { RowCache } from "./row-cache.ts";
import { RowFetch } from "./row-fetch.ts";
import { KIND_KEY, PRIOR_ABSENT, type Prior, RowKey } from "./row-key.ts";
import { NO_ROW } from "./row-layout.ts";
import { Snapshots } from "./row-snapshots.ts";
import { priorOf, RowValue } from "./row-value.ts";
import { Snapshot } from "./snapshot.ts";
import { StorageHealth } from "./storage-health.ts";
import { type ExpiringKey, type SpaceCounts, StoreReader } from "./store-reader.ts";
import { Turn } from "./turn.ts";

/** Frozen generations that may wait for the flush worker; more writes have to wait for room. */
const FROZEN_MAX = 4;
/** Share of db.cache_size that SQLite's page caches get; the row cache has the rest. */
const PAGE_CACHE_SHARE = 0.25;

export class Keyspace {
  /** The log, for who reads or keeps it. */
  readonly history: LogHistory;
  #options: KeyspaceOptions;
  readonly #directory: DataDirectory;
  readonly #pool: ChunkPool;
  readonly #flusher: Flusher;
  readonly #queue: FlushQueue;
  readonly #reader: StoreReader;
  readonly #log: LogWriter;
  readonly #sync: LogSync;
  readonly #cache: RowCache;
  readonly #health: StorageHealth;
  readonly snapshots: Snapshots;
  readonly #turn = new Turn();
  readonly #value = new RowValue();
  readonly #fetch = new RowFetch();
  readonly #lookupKey = new RowKey();
  #active: Generation;
  /** Log bytes at the last freeze, to know how much a recovery would have to read. */
  #frozenAt: LogPosition;
  #flushTimer: ReturnType<typeof setTimeout> | null = null;
  /** A flush should have begun, but a turn was open or another flush running. */
  #flushIsDue = false;
  /** Who waits for the end of the turn to have everything before it frozen. */
  #freezeListeners: (() => void)[] = [];
  #rotationFailed = false;
  #rotationIsDue = false;
  #closed = false;
  #turnCount = 0;
  /** False: the newest file was written by somebody else, or before a start; see docs/replication.md. */
  #isOwnRun: boolean;
  #isFollowing = false;
  #foreignListener: ForeignListener | null = null;
  #lastFlushTime = Math.floor(clock.nowMs() / 1000);
  #roomListeners: (() => void)[] = [];
  #undoListeners: (() => void)[] = [];
  #openListener: () => void = () => {};

  private constructor(
    options: KeyspaceOptions,
    directory: DataDirectory,
    pool: ChunkPool,
    flusher: Flusher,
    reader: StoreReader,
    openReader: () => StoreReader,
    history: History,
  ) {
    this.#options = options;
    this.#directory = directory;
    this.#pool = pool;
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
    this.#isOwnRun = history.end.offset === 0;
    this.#frozenAt = this.#log.position;
    this.#cache = new RowCache(pool, options.cacheBytes * (1 - PAGE_CACHE_SHARE));
    this.#health = new StorageHealth(directory.path);
    this.#active = new Generation(pool);
    const layersOf = (ids: readonly number[]) => this.#layersOf(ids);
    this.snapshots = new Snapshots(openReader, layersOf, this.#cache.pins);
    this.#queue = new FlushQueue(flusher, {
      syncLog: () => this.#sync.files(),
      flushed: (frozen) => this.#flushed(frozen),
      failed: () => this.#wakeWaiting(),
    });
    const repair = new LogRepair(this.#log, this.#queue, flusher, history.applied, {
      canFreeze: () => !this.#turn.isOpen,
      freeze: () => this.#freeze(true),
    });
    this.#sync = new LogSync(this.#log, options.sync, (reason) =>
      this.#health.fail(reason, async () => {
        await repair.step(directory.logPath);
        this.#sync.recovered();
      }),
    );
    flusher.logFiles = () => this.history.files();
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
    const pool = new ChunkPool(options.writeBufferBytes / 2);
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
      if (history.isRestarted) await keyspace.#markStart(history.id);
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
    const row = this.#active.locate(key);
    if (row !== NO_ROW) return this.#active.readValue(row, value);
    const present = this.#getBelow(key, value);
    if (key.bytes[0] === KIND_KEY) {
      key.prior = present ? priorOf(value) : PRIOR_ABSENT;
      key.priorOwner = this.#active;
    }
    return present;
  }

  /** Has what `get` of keys with the first `count` of these hashes will read fetched; see RowFetch. */
  fetch(hashes: Int32Array, count: number): void {
    this.#fetch.fetch(this.#active, hashes, count);
    for (const { generation } of this.#queue.frozen) this.#fetch.fetch(generation, hashes, count);
    for (const generation of this.#cache.generations) this.#fetch.fetch(generation, hashes, count);
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
   * Of a key row's value only the head is sure to be there: type, TTL and collection id.
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
    const failure = this.#sync.failure;
    if (failure !== null) {
      this.abortTurn();
      throw new StorageError(failure);
    }
    try {
      this.#turn.append(this.#active, this.#log);
    } catch (error) {
      this.abortTurn();
      const reason = error instanceof Error ? error.message : String(error);
      this.#health.fail(reason);
      throw error;
    }
    this.#sync.soon();
    this.#considerFreezing();
    return true;
  }

  /** Ends the turn by undoing everything that it has written. */
  abortTurn(): void {
    this.#reader.endTurn();
    if (!this.#turn.isOpen) return;
    this.#turn.takeBack(this.#active);
    for (const listener of this.#undoListeners) listener();
    this.#considerFreezing();
  }

  /**
   * From the next turn on the log is another server's: it grows by `applyTurns` alone, and writes are refused.
   */
  follow(): void {
    this.#isFollowing = true;
  }

  /**
   * Takes writes again. The first one begins a new file and a new history: what others may have read of the
   * last file stays as it was.
   */
  lead(): void {
    if (!this.#isFollowing) return;
    this.#isFollowing = false;
    this.#isOwnRun = false;
  }

  get isFollowing(): boolean {
    return this.#isFollowing;
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
    const start = at.offset === 0 ? FILE_HEADER_BYTES : 0;
    const { file, offset } = this.#log.position;
    const continues =
      at.offset === 0 ? at.file === file + 1 : at.file === file && at.offset === offset;
    if (!continues || bytes.length < start) throw new LogMismatch("the place is not the log's end");
    checkTurns(bytes, start);
    if (start > 0) {
      this.#log.follow(bytes.subarray(0, start));
      this.#active.seal();
    }
    if (bytes.length === start) return;
    const place = this.#log.position;
    try {
      this.#log.append([{ buffer: bytes, start, end: bytes.length }]);
    } catch (error) {
      this.#health.fail(error instanceof Error ? error.message : String(error));
      throw error;
    }
    this.#reader.endTurn();
    const rows = new ForeignRows(this.#foreignListener);
    addTurns(this.#active, bytes, start, place, (chunk, offset) => rows.note(chunk, offset));
    for (const listener of this.#undoListeners) listener();
    this.#turnCount++;
    this.#sync.soon();
    this.#considerFreezing();
  }

  /** Begins a new log file with the next turn. Another server's log has its files from there. */
  rotateLog(): void {
    this.#rotationIsDue = true;
  }

  /** Who is told of keys that `applyTurns` writes. */
  onForeignKeys(listener: ForeignListener): void {
    this.#foreignListener = listener;
  }

  /** A consistent view of everything written so far, for somebody who copies it. @throws {StorageError} SQLite refuses */
  async snapshot(): Promise<Snapshot> {
    await this.#flushBetweenTurns(true);
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
    this.#undoListeners.push(listener);
  }

  /** When the last flush ended, or the keyspace was opened; unix seconds. */
  get lastFlushTime(): number {
    return this.#lastFlushTime;
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
    return this.#canFreeze() || !this.#isActiveFull;
  }

  /** Calls `listener` once, when there may be room again, or a reason why there is none. */
  onRoom(listener: () => void): void {
    this.#roomListeners.push(listener);
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

  /**
   * Moves everything written so far, in the present turn too, into SQLite.
   *
   * @throws {StorageError} SQLite refuses; it will be tried again by itself
   */
  async flush(): Promise<void> {
    await this.#flushBetweenTurns(false);
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
    this.#closed = true;
    this.#stopTimers();
    this.#health.close();
    this.#queue.close();
    if (flush) this.#freeze();
    await this.#queue.drained();
    await this.#log.sync().catch(() => {});
    if (flush) await this.#flusher.checkpoint().catch(() => {});
    // The writer comes last: only then are SQLite's companion files removed.
    this.snapshots.close();
    this.#reader.close();
    await this.#flusher.close().catch(() => {});
    this.#log.close();
    this.#directory.close();
  }

  /** Lets go of everything at once, as a crash would; the files are as they happen to be. */
  async abandon(): Promise<void> {
    this.#stopTimers();
    this.#health.close();
    this.#queue.close();
    await this.#flusher.abandon();
    await this.#queue.drained();
    this.snapshots.close();
    this.#reader.close();
    this.#log.close();
    this.#directory.close();
  }

  /** @param evenEmpty see `#freeze` */
  async #flushBetweenTurns(evenEmpty: boolean): Promise<void> {
    if (this.#turn.isOpen) {
      await new Promise<void>((resolve) => this.#freezeListeners.push(resolve));
    }
    if (!this.#turn.isOpen) this.#freeze(evenEmpty);
    await this.#queue.flushed();
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

  /** @throws {StorageError} no writes are taken now */
  #beginTurn(): void {
    if (this.#closed) throw new StorageError("the database is closed");
    if (this.#isFollowing) throw new StorageError("the database follows another server");
    const { failure } = this.#health;
    if (failure !== null) throw new StorageError(`writes are refused: ${failure}`);
    if (!this.#isOwnRun) this.#beginOwnRun();
    else if (this.#log.isFull || this.#rotationIsDue) this.#rotate();
    this.#turn.begin(this.#active);
    this.#openListener();
  }

  /** Begins the next log file. The current one can grow on if that fails: an append will tell what is wrong. */
  #rotate(): void {
    try {
      this.#log.rotate();
      this.#active.seal();
      this.#rotationFailed = false;
      this.#rotationIsDue = false;
    } catch (error) {
      if (!this.#rotationFailed) log.warn("binlog", "cannot begin a new file", { error });
      this.#rotationFailed = true;
    }
  }

  /** @throws {StorageError} the file cannot be created: nothing may be written then */
  #beginOwnRun(): void {
    this.#log.rotate(randomBytes(HISTORY_ID_BYTES));
    this.#active.seal();
    this.#isOwnRun = true;
  }

  get #isActiveFull(): boolean {
    return this.#active.bytes >= this.#options.writeBufferBytes || this.#active.isCrowded;
  }

  #canFreeze(): boolean {
    return this.#queue.frozen.length < FROZEN_MAX;
  }

  /** Called between turns: freezes if it is time, or sees to it that it will be. */
  #considerFreezing(): void {
    const { file, offset } = this.#log.position;
    const logged = offset - this.#frozenAt.offset;
    const longLog = file !== this.#frozenAt.file || logged >= this.#options.flushLogBytes;
    const isFull = this.#isActiveFull || longLog;
    const asked = this.#freezeListeners.splice(0);
    const isDue = asked.length > 0 || (this.#flushIsDue && this.#queue.frozen.length === 0);
    if (isDue || (isFull && this.#canFreeze())) this.#freeze();
    else if (isFull) this.#flushIsDue = true;
    else this.#flushTimer ??= setTimeout(() => this.#flushOnTime(), this.#options.flushIntervalMs);
    for (const listener of asked) listener();
  }

  #flushOnTime(): void {
    this.#flushTimer = null;
    if (this.#turn.isOpen || this.#queue.frozen.length > 0) this.#flushIsDue = true;
    else this.#freeze();
  }

  /** @param evenEmpty SQLite has to learn the log's position although no row was written */
  #freeze(evenEmpty = false): void {
    if (this.#turn.isOpen) throw new StorageError("a generation cannot be frozen within a turn");
    if (this.#flushTimer !== null) clearTimeout(this.#flushTimer);
    this.#flushTimer = null;
    this.#flushIsDue = false;
    if (this.#active.rowCount === 0 && !evenEmpty) return;
    const generation = this.#active;
    const isFull = this.#isActiveFull;
    this.#active = new Generation(this.#pool);
    // What filled one generation will fill the next: growing its index would copy it again and again.
    if (isFull) this.#active.expectRows(generation.rowCount);
    this.#frozenAt = this.#log.position;
    if (this.#queue.frozen.length > 0) this.#spill(generation);
    const { historyId } = this.#log.header;
    this.#queue.push({ generation, end: this.#log.position, historyId });
  }

  /** Frozen generations with rows of the collections, newest first; the active one is frozen if it has some. */
  #layersOf(ids: readonly number[]): Generation[] {
    const holds = (generation: Generation) => ids.some((id) => generation.chainOf(id) !== NO_ROW);
    if (holds(this.#active)) this.#freeze();
    return this.#queue.newestFirst(holds);
  }

  #spill(generation: Generation): void {
    try {
      generation.spill(mapLog(this.#directory.logPath));
    } catch (error) {
      log.warn("keyspace", "cannot map the log; its rows stay in memory", { error });
    }
  }

  #flushed(frozen: Frozen): void {
    // An older snapshot misses the rows that have just left the queue.
    this.#reader.endTurn();
    this.#cache.push(frozen.generation);
    this.#lastFlushTime = Math.floor(clock.nowMs() / 1000);
    if (!this.#turn.isOpen && (this.#isActiveFull || this.#flushIsDue)) this.#considerFreezing();
    this.#wakeWaiting();
  }

  #wakeWaiting(): void {
    for (const listener of this.#roomListeners.splice(0)) listener();
  }

  /** SQLite learns where the log begins before anything is written that only this log has. */
  async #markStart(historyId: Uint8Array): Promise<void> {
    await this.#flusher.flush(new Generation(this.#pool), this.#log.position, historyId);
    await this.#flusher.checkpoint();
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
    this.#flushTimer = null;
    this.#sync.stop();
  }
}
