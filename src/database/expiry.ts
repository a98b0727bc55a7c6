/**
 * Ends keys whose TTL has passed. Every access hides such a key and removes it; this finds those that nobody
 * asks for: flushed ones by the index on `expire_at` in SQLite, and those still in memory by a heap.
 * A slave hides them too, but removes them only when its master's log says so.
 */
import { type Bytes, copyBytes } from "../bytes/bytes.ts";
import { clock } from "../clock.ts";
import { expireAtMs } from "../keyspace/key-row.ts";
import type { Keyspace } from "../keyspace/keyspace.ts";
import { RowKey } from "../keyspace/row-key.ts";
import { RowValue } from "../keyspace/row-value.ts";
import type { ExpiringKey } from "../keyspace/store-reader.ts";
import { DeadlineHeap } from "./deadline-heap.ts";
import type { TurnLoop } from "./turn-loop.ts";

/** Pause between two looks, in ms. */
const CYCLE_MS = 100;
/** How long one slice may take before other work gets its turn, in µs. */
const SLICE_US = 1000;
/** Keys looked at between two looks at the time. */
const BATCH = 32;
/** TTLs that end later than this are left to the index in SQLite, in ms. */
const HEAP_HORIZON_MS = 20_000;

export class Expiry {
  readonly #keyspace: Keyspace;
  readonly #loop: TurnLoop;
  readonly #heap = new DeadlineHeap();
  readonly #key = new RowKey();
  readonly #value = new RowValue();
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** Where the walk over the index stands; null: at its start. */
  #cursor: ExpiringKey | null = null;
  /** Flushes seen when the walk started anew: a flush may bring earlier times into the index. */
  #flushes = -1;
  /** False on a slave and while the disk takes no writes. */
  enabled = true;
  /** Keys removed because their TTL had passed. */
  expiredCount = 0;
  /** Slices that ended because their time was up. */
  timeLimitCount = 0;

  constructor(keyspace: Keyspace, loop: TurnLoop) {
    this.#keyspace = keyspace;
    this.#loop = loop;
  }

  start(): void {
    this.#timer ??= setTimeout(() => this.#cycle(), CYCLE_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** A key was given a TTL. */
  note(key: RowKey, expireAt: number): void {
    if (expireAt - clock.nowMs() > HEAP_HORIZON_MS) return;
    this.#heap.push(expireAt, copyBytes(key.view()));
  }

  /** Removes a row that the caller has found to be expired, unless that is not this server's to do. */
  removeExpired(key: RowKey): void {
    if (!this.enabled || this.#keyspace.writeFailure !== null) return;
    this.#keyspace.delete(key);
    this.expiredCount++;
    this.#loop.schedule();
  }

  #cycle(): void {
    this.#timer = null;
    let more = false;
    if (this.enabled && this.#keyspace.writeFailure === null) more = this.#slice();
    this.#timer = setTimeout(() => this.#cycle(), more ? 1 : CYCLE_MS);
  }

  /** Removes keys for about a millisecond; true when there may be more. */
  #slice(): boolean {
    const nowMs = clock.nowMs();
    const deadline = clock.monotonicUs() + SLICE_US;
    this.#loop.schedule();
    for (;;) {
      const fromHeap = this.#batchFromHeap(nowMs);
      const fromIndex = this.#batchFromIndex(nowMs);
      if (!fromHeap && !fromIndex) return false;
      if (clock.monotonicUs() > deadline) {
        this.timeLimitCount++;
        return true;
      }
    }
  }

  #batchFromHeap(nowMs: number): boolean {
    for (let i = 0; i < BATCH; i++) {
      const key = this.#heap.popUntil(nowMs);
      if (key === null) return false;
      this.#removeIfExpired(key, nowMs);
    }
    return true;
  }

  #batchFromIndex(nowMs: number): boolean {
    const flushes = this.#keyspace.flushCount;
    if (flushes !== this.#flushes) {
      this.#flushes = flushes;
      this.#cursor = null;
    }
    const keys = this.#keyspace.expired(this.#cursor, nowMs, BATCH);
    for (const row of keys) {
      this.#removeIfExpired(this.#key.key(row.space, row.key).view(), nowMs);
    }
    this.#cursor = keys.at(-1) ?? this.#cursor;
    return keys.length === BATCH;
  }

  /** The row may have been written since its TTL was noted: what counts is what it says now. */
  #removeIfExpired(rowKey: Bytes, nowMs: number): void {
    const key = this.#key.raw(rowKey);
    if (!this.#keyspace.get(key, this.#value)) return;
    const at = expireAtMs(this.#value.buffer, this.#value.start);
    if (at !== 0 && at <= nowMs) this.removeExpired(key);
  }
}
