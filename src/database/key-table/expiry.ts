/**
 * Ends keys whose TTL has passed. Every access hides such a key and removes it; this finds those that nobody
 * asks for: flushed ones by the index on `expire_at` in SQLite, and those still in memory by a heap.
 * A slave hides them too, but removes them only when its master's log says so.
 *
 * The heap takes TTLs that end soon; later ones are in SQLite by then. What the heap has no room for, and what
 * a failed turn took back, is found by the index as well. A look costs two comparisons while nothing is due.
 */
import type { Bytes } from "../../bytes/bytes.ts";
import { clock } from "../../clock.ts";
import type { Keyspace } from "../../keyspace/keyspace.ts";
import { EXPIRE_AT_MAX_MS, endsAtMs, fieldsDueAtMs } from "../../keyspace/rows/key-row.ts";
import { KEY_PREFIX_BYTES, numberOf, RowKey } from "../../keyspace/rows/row-key.ts";
import { RowValue } from "../../keyspace/rows/row-value.ts";
import type { ExpiringKey } from "../../keyspace/sqlite/store-reader.ts";
import { DeadlineHeap } from "./deadline-heap.ts";

/** Pause between two looks while TTLs end soon, in ms. */
const CYCLE_MS = 100;
/** Pause between two looks while none does, in ms. */
const IDLE_CYCLE_MS = 500;
/** Pause between two slices of work, in ms. */
const BUSY_CYCLE_MS = 1;
/** How long one slice may take before other work gets its turn, in µs. */
const SLICE_US = 1000;
/** Keys looked at between two looks at the time. */
const BATCH = 32;
/** TTLs that end later than this are left to the index in SQLite, in ms. */
const HEAP_HORIZON_MS = 20_000;

/** Who is told that a key has ended: the table of its database. */
export interface KeyOwner {
  changed(key: Bytes, byItself: boolean): void;
  /** Removes fields of a hash that have ended, for a while. */
  removeDueFields(key: Bytes): void;
}

export class Expiry {
  readonly #keyspace: Keyspace;
  readonly #ownerOf: (space: number) => KeyOwner | null;
  readonly #heap = new DeadlineHeap();
  readonly #key = new RowKey();
  readonly #value = new RowValue();
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** Where the walk over the index stands; null: at its start. */
  #cursor: ExpiringKey | null = null;
  /** Flushes seen when the walk started anew: a flush may bring earlier times into the index. */
  #flushes = -1;
  /** No time in the index behind the cursor is earlier; ms since 1970. */
  #indexDueAt = 0;
  /** False on a slave, which leaves removing to its master. */
  enabled = true;
  /** True while nothing may change by itself. */
  isPaused = false;
  /** False while changes of a server that removes its keys itself are written: it may still give them another TTL. */
  hides = true;
  /** Keys removed because their TTL had passed. */
  expiredCount = 0;
  /** Slices that ended because their time was up. */
  timeLimitCount = 0;

  /** @param ownerOf the owner of a space's keys; null when the space belongs to no database any more */
  constructor(keyspace: Keyspace, ownerOf: (space: number) => KeyOwner | null) {
    this.#keyspace = keyspace;
    this.#ownerOf = ownerOf;
    keyspace.onUndo(() => this.#startAnew());
  }

  start(): void {
    this.#timer ??= setTimeout(() => this.#cycle(), CYCLE_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** What ends at or before this has ended, ms since 1970. */
  get nowMs(): number {
    return this.hides ? clock.nowMs() : 0;
  }

  /** A key, or the first field of a hash, was given a TTL. */
  note(key: RowKey, expireAt: number): void {
    if (expireAt - clock.nowMs() > HEAP_HORIZON_MS) return;
    this.#heap.push(expireAt, key.view());
  }

  /**
   * Whether what has ended may be removed: the one place that decides it. If not, it is only hidden: on a slave, while
   * clients may not write, and while the disk takes no writes.
   */
  get mayRemove(): boolean {
    return this.enabled && !this.isPaused && this.#keyspace.writeFailure === null;
  }

  /** Removes a row that the caller has found to be expired; false when that is not this server's to do now. */
  removeExpired(key: RowKey): boolean {
    if (!this.mayRemove) return false;
    this.#keyspace.delete(key);
    this.expiredCount++;
    return true;
  }

  /** Removes expired keys for about a millisecond; true when there may be more. Costs nothing when none is due. */
  runSlice(): boolean {
    if (!this.mayRemove || !this.#keyspace.hasRoom) return false;
    const nowMs = clock.nowMs();
    const deadline = clock.monotonicUs() + SLICE_US;
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

  #cycle(): void {
    this.#timer = null;
    const more = this.runSlice();
    const soon = this.#heap.size > 0 || this.#indexDueAt - clock.nowMs() < IDLE_CYCLE_MS;
    const pause = more ? BUSY_CYCLE_MS : soon && this.enabled ? CYCLE_MS : IDLE_CYCLE_MS;
    this.#timer = setTimeout(() => this.#cycle(), pause);
  }

  #startAnew(): void {
    this.#cursor = null;
    this.#indexDueAt = 0;
  }

  #batchFromHeap(nowMs: number): boolean {
    for (let i = 0; i < BATCH; i++) {
      const key = this.#heap.popUntil(nowMs);
      if (key === null) return false;
      // Fields are many: a look at the time is due.
      if (this.#removeIfExpired(key, nowMs) === "fields") return true;
    }
    return true;
  }

  #batchFromIndex(nowMs: number): boolean {
    const flushes = this.#keyspace.flushCount;
    if (flushes !== this.#flushes) {
      this.#flushes = flushes;
      this.#startAnew();
    }
    if (this.#indexDueAt > nowMs) return false;
    const rows = this.#keyspace.expired(this.#cursor, nowMs, BATCH);
    let hadFields = false;
    for (const row of rows) {
      const removed = this.#removeIfExpired(this.#key.key(row.space, row.key).view(), nowMs);
      hadFields ||= removed === "fields";
    }
    this.#cursor = rows.at(-1) ?? this.#cursor;
    // A hash with more fields to remove is in the heap now.
    if (rows.length === BATCH || hadFields) return true;
    const [next] = this.#keyspace.expired(this.#cursor, EXPIRE_AT_MAX_MS, 1);
    this.#indexDueAt = next?.expire_at ?? Number.POSITIVE_INFINITY;
    return false;
  }

  /** The row may have been written since its TTL was noted: what counts is what it says now. */
  #removeIfExpired(rowKey: Bytes, nowMs: number): "key" | "fields" | null {
    const owner = this.#ownerOf(numberOf(rowKey, 0));
    if (owner === null) return null;
    const key = this.#key.raw(rowKey);
    const value = this.#value;
    if (!this.#keyspace.get(key, value)) return null;
    const { buffer, start, end } = value;
    const endsAt = endsAtMs(buffer, start, end);
    const name = key.view().subarray(KEY_PREFIX_BYTES);
    if (endsAt !== 0 && endsAt <= nowMs) {
      if (!this.removeExpired(key)) return null;
      owner.changed(name, true);
      return "key";
    }
    const fieldsDueAt = fieldsDueAtMs(buffer, start, end);
    if (fieldsDueAt === 0 || fieldsDueAt > nowMs) return null;
    owner.removeDueFields(name);
    return "fields";
  }
}
