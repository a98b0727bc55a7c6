/**
 * Memory of generations, used again and again, so that writing allocates nothing that the garbage collector would
 * have to find: megabyte chunks for events, and the words of large indexes.
 */

/** Size of an ordinary chunk. */
export const CHUNK_BYTES = 1 << 20;

/** Smaller indexes are left to the garbage collector, in words. */
const WORDS_MIN = 1 << 16;

export type SharedWords = Int32Array<SharedArrayBuffer>;

export class MemoryPool {
  readonly #chunks: Uint8Array[] = [];
  readonly #words: SharedWords[] = [];
  readonly #keepBytesMax: number;
  #chunkBytes = 0;
  #wordBytes = 0;

  /** @param keepBytesMax free memory to hold on to, in bytes: so much of chunks, and of words */
  constructor(keepBytesMax: number) {
    this.#keepBytesMax = keepBytesMax;
  }

  /** A chunk of `bytes`; its content is whatever it held before. */
  takeChunk(bytes: number): Uint8Array {
    const chunk = bytes === CHUNK_BYTES ? this.#chunks.pop() : undefined;
    if (chunk === undefined) return Buffer.from(new SharedArrayBuffer(bytes));
    this.#chunkBytes -= chunk.length;
    return chunk;
  }

  /** Takes a chunk back; memory that did not come from here is left to the garbage collector. */
  giveChunk(chunk: Uint8Array): void {
    if (chunk.length !== CHUNK_BYTES || !(chunk.buffer instanceof SharedArrayBuffer)) return;
    if (this.#chunkBytes + chunk.length > this.#keepBytesMax) return;
    this.#chunkBytes += chunk.length;
    this.#chunks.push(chunk);
  }

  /** So many words, all 0. */
  takeWords(length: number): SharedWords {
    const at = this.#words.findIndex((words) => words.length === length);
    const words = at < 0 ? undefined : this.#words.splice(at, 1)[0];
    if (words === undefined) return new Int32Array(new SharedArrayBuffer(length * 4));
    this.#wordBytes -= words.byteLength;
    return words.fill(0);
  }

  /** Takes words back. REQUIRES: nobody looks at them any more. */
  giveWords(words: SharedWords): void {
    if (words.length < WORDS_MIN) return;
    if (this.#wordBytes + words.byteLength > this.#keepBytesMax) return;
    this.#wordBytes += words.byteLength;
    this.#words.push(words);
  }
}
