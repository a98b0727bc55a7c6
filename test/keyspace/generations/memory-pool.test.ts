import { expect, test } from "bun:test";
import { CHUNK_BYTES, MemoryPool } from "../../../src/keyspace/generations/memory-pool.ts";

const WORDS = CHUNK_BYTES / 4;

test("chunks are shared memory of the size asked for", () => {
  const pool = new MemoryPool(4 * CHUNK_BYTES);
  for (const bytes of [CHUNK_BYTES, 300_000, 3 * CHUNK_BYTES]) {
    const chunk = pool.takeChunk(bytes);
    expect(chunk.length).toBe(bytes);
    expect(chunk.buffer).toBeInstanceOf(SharedArrayBuffer);
  }
});

test("an ordinary chunk is used again, no two at once are the same memory", () => {
  const pool = new MemoryPool(4 * CHUNK_BYTES);
  const taken = Array.from({ length: 20 }, (_, i) => pool.takeChunk(CHUNK_BYTES).fill(i));
  for (const [i, chunk] of taken.entries()) expect(chunk.every((byte) => byte === i)).toBe(true);
  pool.giveChunk(taken[7]!);
  const again = pool.takeChunk(CHUNK_BYTES);
  again[0] = 99;
  expect(taken[7]![0]).toBe(99);
  expect(pool.takeChunk(CHUNK_BYTES)).not.toBe(taken[7]!);
});

test("chunks of other sizes and from elsewhere are not kept", () => {
  const pool = new MemoryPool(4 * CHUNK_BYTES);
  const odd = pool.takeChunk(300_000);
  pool.giveChunk(odd);
  expect(pool.takeChunk(300_000)).not.toBe(odd);
  const foreign = new Uint8Array(CHUNK_BYTES);
  pool.giveChunk(foreign);
  for (let i = 0; i < 10; i++) expect(pool.takeChunk(CHUNK_BYTES)).not.toBe(foreign);
});

test("words are shared memory, used again for the same length only, and 0 each time", () => {
  const pool = new MemoryPool(4 * CHUNK_BYTES);
  const words = pool.takeWords(WORDS).fill(7);
  expect(words.buffer).toBeInstanceOf(SharedArrayBuffer);
  pool.giveWords(words);
  expect(pool.takeWords(WORDS / 2)).not.toBe(words);
  expect(pool.takeWords(WORDS)).toBe(words);
  expect(words.every((word) => word === 0)).toBe(true);
  expect(pool.takeWords(WORDS)).not.toBe(words);
});

test("a few words are not kept", () => {
  const pool = new MemoryPool(4 * CHUNK_BYTES);
  const words = pool.takeWords(4096);
  pool.giveWords(words);
  expect(pool.takeWords(4096)).not.toBe(words);
});

test("no more is kept than was said, of chunks and of words", () => {
  const pool = new MemoryPool(2 * CHUNK_BYTES);
  const chunks = Array.from({ length: 3 }, () => pool.takeChunk(CHUNK_BYTES));
  const words = Array.from({ length: 3 }, () => pool.takeWords(WORDS));
  for (let round = 0; round < 2; round++) {
    for (const chunk of chunks) pool.giveChunk(chunk);
    for (const some of words) pool.giveWords(some);
    const chunksAgain = Array.from({ length: 3 }, () => pool.takeChunk(CHUNK_BYTES));
    const wordsAgain = Array.from({ length: 3 }, () => pool.takeWords(WORDS));
    expect(chunksAgain.filter((chunk) => chunks.includes(chunk))).toHaveLength(2);
    expect(wordsAgain.filter((some) => words.includes(some))).toHaveLength(2);
  }
});
