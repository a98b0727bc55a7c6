/**
 * Rows that SQLite holds as well, kept in memory because they were written or read a short while ago:
 * clean generations, newest first. A row that is read from SQLite goes into the newest one, so whatever
 * an older one holds of the same row is never seen; and generations leave oldest first.
 */
import type { Bytes } from "../../bytes/bytes.ts";
import type { RowKey } from "../rows/row-key.ts";
import { RowValue } from "../rows/row-value.ts";
import { Generation } from "./generation.ts";
import { GenerationPins } from "./generation-pins.ts";
import type { MemoryPool } from "./memory-pool.ts";
import { NO_ROW } from "./row-layout.ts";

/** Larger values are not worth their room, in bytes. */
const VALUE_BYTES_MAX = 64 << 10;
/** Of the rows read while the cache is full, one in so many is remembered: what is read once costs the others less. */
const REMEMBERED_ONE_IN = 4;
/** A generation that grows by reads alone makes way for a fresh one at this share of the budget. */
const GENERATIONS_PER_BUDGET = 4;

/** What the cache knows of a row. */
export type Cached = "unknown" | "absent" | "present";

export class RowCache {
  readonly #pool: MemoryPool;
  /** Whoever still reads a generation that has left keeps it here. */
  readonly pins = new GenerationPins();
  #budgetBytes: number;
  readonly #random: () => number;
  #generations: Generation[] = [];
  readonly #value = new RowValue();
  /** True while the budget has no room for another generation of reads. */
  #isFull = false;
  /** Chunks of the newest generation when the budget was last looked at. */
  #chunksAtShrink = 0;

  /**
   * @param budgetBytes memory that generations may take together, in bytes
   * @param random a number in [0, 1)
   */
  constructor(pool: MemoryPool, budgetBytes: number, random: () => number = Math.random) {
    this.#pool = pool;
    this.#budgetBytes = budgetBytes;
    this.#random = random;
  }

  get memoryBytes(): number {
    let sum = 0;
    for (const generation of this.#generations) sum += generation.memoryBytes;
    return sum;
  }

  set budgetBytes(bytes: number) {
    this.#budgetBytes = bytes;
    this.#shrink();
  }

  /** Looks the row up and points `value` at it when it is present. */
  get(key: RowKey, value: RowValue): Cached {
    for (const generation of this.#generations) {
      const row = generation.find(key);
      if (row !== NO_ROW) return generation.readValue(row, value) ? "present" : "absent";
    }
    return "unknown";
  }

  /** Generations, the newest first. */
  get generations(): readonly Generation[] {
    return this.#generations;
  }

  /** May remember what SQLite answered for a row that `get` did not know: its value, or null for none. */
  add(key: RowKey, bytes: Bytes | null): void {
    if (bytes !== null && bytes.length > VALUE_BYTES_MAX) return;
    if (this.#isFull && this.#random() * REMEMBERED_ONE_IN >= 1) return;
    const newest = this.#newest();
    if (bytes === null) {
      newest.delete(key, 0, null);
      return;
    }
    newest.put(key, bytes.length, 0, 0, null, this.#value);
    this.#value.buffer.set(bytes, this.#value.start);
  }

  /** Takes a generation over whose rows have just been applied to SQLite. */
  push(generation: Generation): void {
    this.#generations.unshift(generation);
    this.#chunksAtShrink = -1;
  }

  /** Lets generations go that the budget has no room for. Values read before this are invalid after it. */
  endTurn(): void {
    const newest = this.#generations[0];
    if (newest === undefined || newest.chunks.length === this.#chunksAtShrink) return;
    this.#chunksAtShrink = newest.chunks.length;
    this.#shrink();
  }

  /** Forgets everything. */
  clear(): void {
    for (const generation of this.#generations) this.pins.release(generation);
    this.#generations = [];
  }

  #newest(): Generation {
    const newest = this.#generations[0];
    if (newest !== undefined && newest.bytes < this.#budgetBytes / GENERATIONS_PER_BUDGET) {
      return newest;
    }
    const fresh = new Generation(this.#pool);
    this.push(fresh);
    return fresh;
  }

  #shrink(): void {
    const generations = this.#generations;
    // What is read from the log's files is no faster than SQLite, and what is older may not be true any more.
    const spilled = generations.findIndex((generation) => generation.isSpilled);
    for (let count = spilled < 0 ? 0 : generations.length - spilled; count > 0; count--)
      this.#pop();
    let memory = this.memoryBytes;
    while (memory > this.#budgetBytes && generations.length > 0) memory -= this.#pop();
    this.#isFull = memory > this.#budgetBytes * (1 - 1 / GENERATIONS_PER_BUDGET);
  }

  /** Lets the oldest generation go; answers the bytes that it held. */
  #pop(): number {
    const oldest = this.#generations.pop()!;
    const { memoryBytes } = oldest;
    this.pins.release(oldest);
    return memoryBytes;
  }
}
