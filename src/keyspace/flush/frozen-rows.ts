/**
 * Frozen generations as the flush worker reads them: the same chunks and row words, in shared memory. Rows are
 * numbered through all of them, oldest generation first: of two with the same key the later number counts.
 */
import { keyEnd, keyStart } from "../../binlog/event.ts";
import { AT, OFFSET_BITS, OFFSET_MASK, ROW_WORDS } from "../generations/row-layout.ts";
import type { FrozenRows } from "./applier.ts";
import type { ChunkSource, GenerationSource } from "./flush-protocol.ts";

function openChunk(source: ChunkSource): Uint8Array {
  if ("memory" in source) return Buffer.from(source.memory, 0, source.length);
  const options = { offset: source.offset, size: source.length };
  return Bun.mmap(source.path, options);
}

export class SharedRows implements FrozenRows {
  readonly rowCount: number;
  readonly garbage: readonly number[];
  readonly #chunks: Uint8Array[] = [];
  /** Index in #chunks of each row's newest event. */
  readonly #chunkOf: Uint32Array;
  /** Its offset there. */
  readonly #offsetOf: Uint32Array;

  /** @param generations oldest first */
  constructor(generations: readonly GenerationSource[]) {
    this.rowCount = generations.reduce((sum, { rowCount }) => sum + rowCount, 0);
    this.garbage = generations.flatMap(({ garbage }) => garbage);
    this.#chunkOf = new Uint32Array(this.rowCount);
    this.#offsetOf = new Uint32Array(this.rowCount);
    let row = 0;
    for (const { chunks, rows, rowCount } of generations) {
      this.#place(new Int32Array(rows), rowCount, row);
      for (const chunk of chunks) this.#chunks.push(openChunk(chunk));
      row += rowCount;
    }
  }

  eventBuffer(row: number): Uint8Array {
    return this.#chunks[this.#chunkOf[row]!]!;
  }

  eventStart(row: number): number {
    return this.#offsetOf[row]!;
  }

  keyBuffer(row: number): Uint8Array {
    return this.eventBuffer(row);
  }

  keyStart(row: number): number {
    return keyStart(this.eventBuffer(row), this.eventStart(row));
  }

  keyEnd(row: number): number {
    return keyEnd(this.eventBuffer(row), this.eventStart(row));
  }

  /** Takes over the places of a generation's rows, whose chunks follow those that are known. */
  #place(words: Int32Array, rowCount: number, firstRow: number): void {
    const firstChunk = this.#chunks.length;
    for (let i = 0; i < rowCount; i++) {
      const place = words[i * ROW_WORDS + AT]!;
      this.#chunkOf[firstRow + i] = firstChunk + (place >>> OFFSET_BITS);
      this.#offsetOf[firstRow + i] = place & OFFSET_MASK;
    }
  }
}
