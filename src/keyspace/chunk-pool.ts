/** Memory for events: megabyte chunks that are used again and again, so that writing allocates nothing. */

/** Size of an ordinary chunk. */
export const CHUNK_BYTES = 1 << 20;

export class ChunkPool {
  readonly #free: Uint8Array[] = [];
  readonly #keepMax: number;

  /** @param keepBytesMax free memory to hold on to, in bytes */
  constructor(keepBytesMax: number) {
    this.#keepMax = Math.ceil(keepBytesMax / CHUNK_BYTES);
  }

  /** A chunk of `bytes`; its content is whatever it held before. */
  take(bytes: number): Uint8Array {
    if (bytes === CHUNK_BYTES) {
      const chunk = this.#free.pop();
      if (chunk !== undefined) return chunk;
    }
    return Buffer.from(new SharedArrayBuffer(bytes));
  }

  /** Takes a chunk back; memory that did not come from here is left to the garbage collector. */
  give(chunk: Uint8Array): void {
    const pooled = chunk.length === CHUNK_BYTES && chunk.buffer instanceof SharedArrayBuffer;
    if (pooled && this.#free.length < this.#keepMax) this.#free.push(chunk);
  }

  /** Gives free memory back to the system. */
  trim(): void {
    this.#free.length = 0;
  }
}
