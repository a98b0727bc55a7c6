/** Counts keys exactly: what SQLite has counted, and what the generations above it change. */
import { comparePositions } from "../binlog/position.ts";
import type { Generation } from "./generations/generation.ts";
import type { RowCache } from "./generations/row-cache.ts";
import { NO_ROW } from "./generations/row-layout.ts";
import type { Memtable } from "./memtable.ts";
import { PRIOR_ABSENT, type Prior, RowKey } from "./rows/row-key.ts";
import { priorOf, RowValue } from "./rows/row-value.ts";
import type { SpaceCounts, StoreReader } from "./sqlite/store-reader.ts";

export class KeyCounter {
  readonly #memtable: Memtable;
  readonly #cache: RowCache;
  readonly #reader: StoreReader;
  readonly #key = new RowKey();
  readonly #value = new RowValue();

  constructor(memtable: Memtable, cache: RowCache, reader: StoreReader) {
    this.#memtable = memtable;
    this.#cache = cache;
    this.#reader = reader;
  }

  /** Keys of a space. Each blind write since the last call costs a look-up: `pending` says how many. */
  counts(space: number): SpaceCounts {
    let { keys, expires } = this.#reader.counts(space);
    const applied = this.#reader.applied();
    const { active, frozen } = this.#memtable;
    const add = (generation: Generation, layer: number) => {
      const tally = this.#tally(generation, layer, space);
      keys += tally.keys;
      expires += tally.expires;
    };
    for (const [index, { generation, end }] of frozen.entries()) {
      if (applied === null || comparePositions(end, applied) > 0) add(generation, index);
    }
    add(active, frozen.length);
    return { keys, expires };
  }

  /** How many rows `counts` would have to look at. */
  get pending(): number {
    let sum = this.#memtable.active.tally.pending;
    for (const { generation } of this.#memtable.frozen) sum += generation.tally.pending;
    return sum;
  }

  #tally(generation: Generation, layer: number, space: number): SpaceCounts {
    return generation.tally.count(space, (row) => this.#stateBelow(generation, row, layer));
  }

  /** State of a row in the layers below frozen generation number `layer`. */
  #stateBelow(generation: Generation, row: number, layer: number): Prior {
    const chunk = generation.chunkOf(row);
    const key = this.#key.raw(chunk, generation.keyStart(row), generation.keyEnd(row));
    const value = this.#value;
    for (let i = layer - 1; i >= 0; i--) {
      const older = this.#memtable.frozen[i]!.generation;
      const found = older.find(key);
      if (found === NO_ROW) continue;
      return older.readValue(found, value) ? priorOf(value) : PRIOR_ABSENT;
    }
    const cached = this.#cache.get(key, value);
    if (cached !== "unknown") return cached === "present" ? priorOf(value) : PRIOR_ABSENT;
    const bytes = this.#reader.get(key);
    return bytes === null ? PRIOR_ABSENT : priorOf(value.set(bytes, 0, bytes.length));
  }
}
