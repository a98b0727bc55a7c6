/**
 * Reads what look-ups of several rows are going to read: not one place after the other, as each look-up has to, but
 * all first places, then all second ones, so that the processor waits for memory a few times instead of a few times
 * for each row.
 */
import type { Generation } from "./generation.ts";
import { SLOT_WORDS } from "./hash-slots.ts";
import { AT, OFFSET_BITS, OFFSET_MASK, ROW_WORDS } from "./row-layout.ts";

/** Rows that can be fetched at once. */
export const FETCH_MAX = 64;

/** Bytes that the processor fetches at once. */
const LINE_BYTES = 64;

export class RowFetch {
  /** Entries of slots, then places of events, by the number of the row asked for. */
  readonly #found = new Int32Array(FETCH_MAX);
  /** Takes what is read, so that the reads are not optimized away. */
  sum = 0;

  /**
   * Fetches the rows with the first `count` of these hashes, as far as they are in the generation. The hashes of
   * others stand first afterwards, and their number is the answer: they are to be looked for in older generations.
   */
  fetch(generation: Generation, hashes: Int32Array, count: number): number {
    const left = this.#readSlots(generation, hashes, count);
    this.#readRows(generation, count);
    this.#readEvents(generation, count);
    return left;
  }

  #readSlots({ slots }: Generation, hashes: Int32Array, count: number): number {
    const { words, mask } = slots;
    const found = this.#found;
    let left = 0;
    for (let i = 0; i < count; i++) {
      const hash = hashes[i]!;
      let slot = hash & mask;
      let entry = words[slot * SLOT_WORDS]!;
      while (entry !== 0 && words[slot * SLOT_WORDS + 1] !== hash) {
        slot = (slot + 1) & mask;
        entry = words[slot * SLOT_WORDS]!;
      }
      found[i] = entry;
      if (entry === 0) hashes[left++] = hash;
    }
    return left;
  }

  #readRows({ rows }: Generation, count: number): void {
    const found = this.#found;
    for (let i = 0; i < count; i++) {
      const entry = found[i]!;
      found[i] = entry === 0 ? -1 : rows[(entry - 1) * ROW_WORDS + AT]!;
    }
  }

  /** The first lines of each event: its key, and the value if it is short. */
  #readEvents({ chunks }: Generation, count: number): void {
    const found = this.#found;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const place = found[i]!;
      if (place === -1) continue;
      const chunk = chunks[place >>> OFFSET_BITS]!;
      const at = place & OFFSET_MASK;
      const last = chunk.length - 1;
      sum += chunk[at]! + chunk[Math.min(last, at + LINE_BYTES)]!;
    }
    this.sum = sum;
  }
}
