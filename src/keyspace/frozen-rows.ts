/** A frozen generation as the flush worker reads it: the same chunks and row words, in shared memory. */
import { keyEnd, keyStart } from "../binlog/event.ts";
import type { FrozenRows } from "./applier.ts";
import type { ChunkSource, FlushRequest } from "./flush-protocol.ts";
import { AT, OFFSET_BITS, OFFSET_MASK, ROW_WORDS } from "./row-layout.ts";

function openChunk(source: ChunkSource): Uint8Array {
  if ("memory" in source) return Buffer.from(source.memory, 0, source.length);
  const options = { offset: source.offset, size: source.length };
  return Bun.mmap(source.path, options);
}

export class SharedRows implements FrozenRows {
  readonly rowCount: number;
  readonly garbage: readonly number[];
  readonly #chunks: readonly Uint8Array[];
  readonly #words: Int32Array;

  constructor(request: FlushRequest) {
    this.rowCount = request.rowCount;
    this.garbage = request.garbage;
    this.#chunks = request.chunks.map(openChunk);
    this.#words = new Int32Array(request.rows);
  }

  eventBuffer(row: number): Uint8Array {
    return this.#chunks[this.#words[row * ROW_WORDS + AT]! >>> OFFSET_BITS]!;
  }

  eventStart(row: number): number {
    return this.#words[row * ROW_WORDS + AT]! & OFFSET_MASK;
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
}
