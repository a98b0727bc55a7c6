/**
 * Rebuilds generations from the part of the log that SQLite does not hold yet. The log's files are mapped,
 * not read: only the index takes memory, and the flush worker applies the rest while clients are served.
 */
import { decodeFileHeader, eventEnd, keyHash } from "../../binlog/event.ts";
import type { LogPosition } from "../../binlog/position.ts";
import { recoverLog, type TurnVisitor } from "../../binlog/recover-log.ts";
import { forEachEvent } from "../../binlog/turn-scanner.ts";
import type { Frozen } from "../flush/flush-queue.ts";
import { Generation } from "../generations/generation.ts";
import { CHUNK_BYTES, type MemoryPool } from "../generations/memory-pool.ts";
import { FETCH_MAX, RowFetch } from "../generations/row-fetch.ts";

/** Log bytes that one recovered generation covers, about. */
const GENERATION_BYTES = 128 << 20;

/** An ordinary event, in bytes: what to expect before seeing any. */
const EVENT_BYTES = 136;

export interface Recovered {
  /** What has to be applied, oldest first. */
  readonly frozen: Frozen[];
  /** Where the log ends. */
  readonly end: LogPosition;
  readonly turns: number;
}

/** Indexes the turns of one file after the other, a megabyte window at a time. */
class LogIndexer implements TurnVisitor {
  readonly #pool: MemoryPool;
  readonly frozen: Frozen[] = [];
  turns = 0;
  #generation: Generation;
  #file = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  /** Where the window starts; -1 when there is none. */
  #from = -1;
  /** Events of the window, by where they start. */
  #events: number[] = [];
  /** End of the last turn, and its file: a later one may hold none. */
  #turnEnd = 0;
  #turnFile = 0;
  /** Histories of the current file, and of the last turn's. */
  #historyId: Uint8Array = new Uint8Array(0);
  #turnHistoryId = this.#historyId;
  #isFull = false;
  readonly #fetch = new RowFetch();
  readonly #hashes = new Int32Array(FETCH_MAX);
  readonly #fetched = new Int32Array(FETCH_MAX);
  readonly #onEvent = (at: number) => this.#event(at);

  constructor(pool: MemoryPool) {
    this.#pool = pool;
    this.#generation = new Generation(pool);
  }

  begin(file: number, bytes: Uint8Array): this {
    this.#file = file;
    this.#bytes = bytes;
    this.#historyId = decodeFileHeader(bytes)?.historyId ?? this.#historyId;
    if (this.#generation.rowCount === 0) this.#expect(bytes.length);
    return this;
  }

  turn(from: number, to: number): void {
    this.turns++;
    forEachEvent(this.#bytes, from, to, this.#onEvent);
    this.#turnEnd = to;
    this.#turnFile = this.#file;
    this.#turnHistoryId = this.#historyId;
    if (this.#isFull) this.finish();
  }

  /** End of the file. */
  end(): void {
    this.#index(this.#turnEnd);
  }

  /** Completes the last generation. */
  finish(): void {
    this.#index(this.#turnEnd);
    if (this.#generation.rowCount === 0) return;
    const end = { file: this.#turnFile, offset: this.#turnEnd };
    this.frozen.push({ generation: this.#generation, end, historyId: this.#turnHistoryId });
    this.#generation = new Generation(this.#pool);
    this.#isFull = false;
    this.#expect(this.#bytes.length - this.#turnEnd);
  }

  /** Growing an index bit by bit costs a tenth of the whole recovery. */
  #expect(bytes: number): void {
    this.#generation.expectRows(Math.floor(Math.min(bytes, GENERATION_BYTES) / EVENT_BYTES));
  }

  #event(at: number): void {
    if (this.#from >= 0 && eventEnd(this.#bytes, at) - this.#from > CHUNK_BYTES) this.#index(at);
    if (this.#from < 0) this.#from = at;
    this.#events.push(at);
  }

  /** Ends the window at `end`. */
  #index(end: number): void {
    const from = this.#from;
    if (from < 0) return;
    const place = { file: this.#file, offset: from };
    const chunk = this.#generation.adopt(this.#bytes.subarray(from, end), place);
    for (let first = 0; first < this.#events.length; first += FETCH_MAX) {
      this.#indexSome(chunk, from, first);
    }
    this.#from = -1;
    this.#events.length = 0;
    this.#isFull = this.#generation.bytes >= GENERATION_BYTES || this.#generation.isCrowded;
  }

  /** Indexes up to FETCH_MAX events of the window, from number `first` on, that stand in a chunk that begins at `from`. */
  #indexSome(chunk: number, from: number, first: number): void {
    const events = this.#events;
    const bytes = this.#bytes;
    const count = Math.min(FETCH_MAX, events.length - first);
    for (let i = 0; i < count; i++) this.#hashes[i] = keyHash(bytes, events[first + i]!);
    this.#fetched.set(this.#hashes);
    this.#fetch.fetch(this.#generation, this.#fetched, count);
    for (let i = 0; i < count; i++) {
      this.#generation.index(chunk, events[first + i]! - from, this.#hashes[i]!);
    }
  }
}

/** @throws {StorageError} the log cannot be trusted to follow from `from`; see recoverLog */
export function recover(directory: string, from: LogPosition, pool: MemoryPool): Recovered {
  const indexer = new LogIndexer(pool);
  const end = recoverLog(directory, from, (file, bytes) => indexer.begin(file, bytes));
  indexer.finish();
  return { frozen: indexer.frozen, end, turns: indexer.turns };
}
