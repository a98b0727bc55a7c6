import { expect, test } from "bun:test";
import { CHUNK_BYTES, ChunkPool } from "../../src/keyspace/chunk-pool.ts";

test("chunks are shared memory of the size asked for", () => {
  const pool = new ChunkPool(4 * CHUNK_BYTES);
  for (const bytes of [CHUNK_BYTES, 300_000, 3 * CHUNK_BYTES]) {
    const chunk = pool.take(bytes);
    expect(chunk.length).toBe(bytes);
    expect(chunk.buffer).toBeInstanceOf(SharedArrayBuffer);
  }
});

test("an ordinary chunk is used again, no two at once are the same memory", () => {
  const pool = new ChunkPool(4 * CHUNK_BYTES);
  const taken = Array.from({ length: 20 }, (_, i) => pool.take(CHUNK_BYTES).fill(i));
  for (const [i, chunk] of taken.entries()) expect(chunk.every((byte) => byte === i)).toBe(true);
  pool.give(taken[7]!);
  const again = pool.take(CHUNK_BYTES);
  again[0] = 99;
  expect(taken[7]![0]).toBe(99);
});

test("memory of other sizes and from elsewhere is not kept", () => {
  const pool = new ChunkPool(4 * CHUNK_BYTES);
  const odd = pool.take(300_000);
  pool.give(odd);
  expect(pool.take(300_000)).not.toBe(odd);
  const foreign = new Uint8Array(CHUNK_BYTES);
  pool.give(foreign);
  for (let i = 0; i < 10; i++) expect(pool.take(CHUNK_BYTES)).not.toBe(foreign);
});
