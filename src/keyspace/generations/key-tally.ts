/**
 * How many keys, and keys with a TTL, a generation adds to what lies below it, by space. A blind SET does
 * not know whether its key exists below, and nobody pays for that until somebody asks for a count: then
 * the rows that are new or changed since the last count are looked up, each once.
 */

import { hasTtl } from "../rows/key-row.ts";
import { KIND_KEY, numberOf, type Prior } from "../rows/row-key.ts";
import { RowValue } from "../rows/row-value.ts";
import type { Generation } from "./generation.ts";
import { PRIOR, ROW_WORDS } from "./row-layout.ts";

/** Bits of a row's PRIOR word: what lies below, what was counted for the row, and whether it changed since. */
const PRIOR_MASK = 0x3;
const COUNTED_SHIFT = 2;
const COUNTED_MASK = 0xc;
const CHANGED = 0x10;

/** States of a key, as in Prior: 1 absent, 2 present, 3 present with a TTL. */
const ABSENT = 1;

export interface SpaceTally {
  keys: number;
  expires: number;
}

export class KeyTally {
  readonly #generation: Generation;
  readonly #spaces = new Map<number, SpaceTally>();
  readonly #value = new RowValue();
  /** Rows below this number are counted. */
  #counted = 0;
  #changed: number[] = [];

  constructor(generation: Generation) {
    this.#generation = generation;
  }

  /** How many rows the next `count` has to look at, at most. */
  get pending(): number {
    return this.#generation.rowCount - this.#counted + this.#changed.length;
  }

  /** A row got another event. */
  touch(row: number): void {
    if (row >= this.#counted) return;
    const words = this.#generation.rows;
    const word = row * ROW_WORDS + PRIOR;
    if ((words[word]! & CHANGED) !== 0) return;
    words[word] = words[word]! | CHANGED;
    this.#changed.push(row);
  }

  /** Forgets what was counted, though not what is known of the layers below. */
  reset(): void {
    const words = this.#generation.rows;
    for (let row = 0; row < this.#counted; row++) {
      const word = row * ROW_WORDS + PRIOR;
      words[word] = words[word]! & PRIOR_MASK;
    }
    this.#counted = 0;
    this.#changed = [];
    this.#spaces.clear();
  }

  /**
   * What this generation adds to the space.
   *
   * @param below finds the state of a row in the layers below, by its number here
   */
  count(space: number, below: (row: number) => Prior): SpaceTally {
    for (; this.#counted < this.#generation.rowCount; this.#counted++) {
      this.#countRow(this.#counted, below);
    }
    for (const row of this.#changed) this.#countRow(row, below);
    this.#changed = [];
    return this.#spaces.get(space) ?? { keys: 0, expires: 0 };
  }

  #countRow(row: number, below: (row: number) => Prior): void {
    const generation = this.#generation;
    const buffer = generation.chunkOf(row);
    const start = generation.keyStart(row);
    if (buffer[start] !== KIND_KEY) return;
    const words = generation.rows;
    const word = row * ROW_WORDS + PRIOR;
    let prior = words[word]! & PRIOR_MASK;
    if (prior === 0) prior = below(row);
    const counted = (words[word]! & COUNTED_MASK) >> COUNTED_SHIFT || prior;
    const now = this.#stateOf(row);
    words[word] = prior | (now << COUNTED_SHIFT);
    if (now === counted) return;
    const space = numberOf(buffer, start);
    const tally = this.#spaces.get(space) ?? { keys: 0, expires: 0 };
    tally.keys += (now > ABSENT ? 1 : 0) - (counted > ABSENT ? 1 : 0);
    tally.expires += (now === 3 ? 1 : 0) - (counted === 3 ? 1 : 0);
    this.#spaces.set(space, tally);
  }

  #stateOf(row: number): Prior {
    if (!this.#generation.readValue(row, this.#value)) return ABSENT;
    return hasTtl(this.#value.buffer, this.#value.start) ? 3 : 2;
  }
}
