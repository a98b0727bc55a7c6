/** What a turn has to remember of a generation, so that it can be taken back. */
import { CHUNK_BYTES } from "./memory-pool.ts";
import { OFFSET_BITS } from "./row-layout.ts";

/** Where a generation ended at some moment. */
export interface GenerationMark {
  readonly rowCount: number;
  readonly garbageCount: number;
  readonly chunkCount: number;
  readonly end: number;
  readonly sealed: boolean;
  readonly bytes: number;
}

/** What to restore when a turn fails: pairs of a row and the place that it had before the turn. */
export class UndoLog {
  words = new Int32Array(1024);
  length = 0;
  /** Events at or behind this place belong to the turn, or to what came since its last savepoint. */
  turnStart = 0;

  /** From now on, events before the generation's present end are not written over in place. */
  advance(generation: { mark(): GenerationMark }): void {
    const mark = generation.mark();
    // Behind a full chunk comes the next one: an offset must never spill over into the chunk number.
    const isFull = mark.sealed || mark.end >= CHUNK_BYTES;
    const chunk = isFull ? mark.chunkCount : mark.chunkCount - 1;
    this.turnStart = ((chunk << OFFSET_BITS) | (isFull ? 0 : mark.end)) >>> 0;
  }

  add(row: number, previous: number): void {
    if (this.length === this.words.length) {
      const grown = new Int32Array(this.words.length * 2);
      grown.set(this.words);
      this.words = grown;
    }
    this.words[this.length++] = row;
    this.words[this.length++] = previous;
  }
}
