/**
 * An open-addressing table from hashes to row numbers. It knows no keys: who searches compares them, row by row
 * of the same hash.
 */
import type { MemoryPool, SharedWords } from "./memory-pool.ts";

/** Words of a slot: row number + 1, 0 when the slot is free; and the row's hash. */
export const SLOT_WORDS = 2;

const SLOTS_MIN = 2048;

export class HashSlots {
  readonly #pool: MemoryPool;
  words: SharedWords;
  /** Slot numbers are hashes under this mask; a search goes on to the next slot until it meets a free one. */
  mask = SLOTS_MIN - 1;

  constructor(pool: MemoryPool) {
    this.#pool = pool;
    this.words = pool.takeWords(SLOTS_MIN * SLOT_WORDS);
  }

  /** True when `rows` rows are too many for quick searches. */
  isTight(rows: number): boolean {
    return rows * 2 > this.mask;
  }

  /** Adds a row that is not in the table. REQUIRES: a free slot. */
  add(hash: number, row: number): void {
    const { words, mask } = this;
    let slot = hash & mask;
    while (words[slot * SLOT_WORDS] !== 0) slot = (slot + 1) & mask;
    words[slot * SLOT_WORDS] = row + 1;
    words[slot * SLOT_WORDS + 1] = hash;
  }

  /** Removes the row that was added last. Only that one: no later row's search can have passed over its slot. */
  removeLast(hash: number, row: number): void {
    const { words, mask } = this;
    let slot = hash & mask;
    while (words[slot * SLOT_WORDS] !== row + 1) slot = (slot + 1) & mask;
    words[slot * SLOT_WORDS] = 0;
    words[slot * SLOT_WORDS + 1] = 0;
  }

  /** Grows until so many rows are not too many; the table is empty afterwards. */
  reserve(rows: number): void {
    while (this.isTight(rows)) this.mask = this.mask * 2 + 1;
    this.words = this.#pool.takeWords((this.mask + 1) * SLOT_WORDS);
  }

  /** Gives the memory back; the table is empty and takes no more rows. */
  release(): void {
    this.#pool.giveWords(this.words);
    this.mask = 0;
    this.words = this.#pool.takeWords(SLOT_WORDS);
  }
}
