import { expect, test } from "bun:test";
import fc from "fast-check";
import { CHUNK_BYTES, MemoryPool } from "../../../src/keyspace/generations/memory-pool.ts";
import { reclaim } from "../../../src/keyspace/generations/reclaim.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { openTestKeyspace, Rows } from "../../support/test-keyspace.ts";
import { rawKey, stringKey, TestGeneration } from "../../support/test-rows.ts";

/** A pool that counts. */
class CountingPool extends MemoryPool {
  out = 0;

  override takeChunk(bytes: number): Uint8Array {
    this.out += bytes;
    return super.takeChunk(bytes);
  }

  override giveChunk(chunk: Uint8Array): void {
    this.out -= chunk.length;
    super.giveChunk(chunk);
  }
}

/** Value number `round` of row `i`, of about `bytes` bytes. */
const textOf = (i: number, round: number, bytes: number): string =>
  `${round}:${i}:`.padEnd(bytes, "v");

function hot(count: number, rounds: number, bytes = 1000) {
  const pool = new CountingPool(16 << 20);
  const rows = new TestGeneration(pool);
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < count; i++) rows.put(stringKey(`key:${i}`), textOf(i, round, bytes));
  }
  return { pool, rows };
}

test("memory of replaced events is won back, and nothing else changes", () => {
  const { pool, rows } = hot(1000, 16);
  rows.delete(stringKey("key:3"));
  rows.put(stringKey("once"), "x");
  const { bytes, rowCount, memoryBytes } = rows.generation;
  const before = pool.out;
  expect(reclaim(rows.generation, pool)).toBe(true);
  expect(rows.generation.bytes).toBeLessThan(bytes - 2 * CHUNK_BYTES);
  expect(rows.generation.memoryBytes).toBeLessThan(memoryBytes);
  expect(pool.out).toBeLessThan(before);
  expect(rows.generation.rowCount).toBe(rowCount);
  for (let i = 0; i < 1000; i++) {
    expect(rows.get(stringKey(`key:${i}`))).toBe(i === 3 ? null : textOf(i, 15, 1000));
  }
  expect(rows.get(stringKey("once"))).toBe("x");
});

test("what was written once and moved is moved again with everything else", () => {
  const { pool, rows } = hot(1000, 1, 2000);
  for (let round = 1; round < 60; round++) {
    for (let i = 500; i < 1000; i++) rows.put(stringKey(`key:${i}`), textOf(i, round, 2000));
    if (rows.generation.bytes > 8 * CHUNK_BYTES) {
      expect(reclaim(rows.generation, pool)).toBe(true);
    }
  }
  expect(pool.out).toBeLessThan(10 * CHUNK_BYTES);
  for (let i = 0; i < 1000; i++) {
    expect(rows.get(stringKey(`key:${i}`))).toBe(textOf(i, i < 500 ? 0 : 59, 2000));
  }
});

test("it is left alone where little was replaced, or little is there", () => {
  const { pool, rows } = hot(9000, 1);
  const { bytes, chunks } = rows.generation;
  const before = [...chunks];
  expect(reclaim(rows.generation, pool)).toBe(false);
  expect(rows.generation.bytes).toBe(bytes);
  expect(rows.generation.chunks).toEqual(before);
  const small = hot(100, 20);
  expect(reclaim(small.rows.generation, small.pool)).toBe(false);
});

test("values that replies may refer to stay where they are", () => {
  const { pool, rows } = hot(0, 0);
  const large = "L".repeat(CHUNK_BYTES >> 1);
  for (let i = 0; i < 8; i++) {
    rows.put(rawKey(`\x02large${i}`), large);
    for (let k = 0; k < 2000; k++) rows.put(stringKey(`key:${k}`), textOf(k, i, 1000));
  }
  const { generation } = rows;
  const placesOfLarge = () =>
    Array.from({ length: 8 }, (_, i) =>
      generation.chunkOf(generation.find(rawKey(`\x02large${i}`))),
    );
  const before = placesOfLarge();
  expect(reclaim(generation, pool)).toBe(true);
  for (const [i, chunk] of placesOfLarge().entries()) expect(chunk).toBe(before[i]!);
  expect(rows.get(rawKey("\x02large0"))).toBe(large);
  expect(rows.get(stringKey("key:1999"))).toBe(textOf(1999, 7, 1000));
});

test("a turn behind it can be undone", () => {
  const { pool, rows } = hot(1000, 16);
  expect(reclaim(rows.generation, pool)).toBe(true);
  const undo = rows.begin();
  for (let i = 0; i < 1000; i += 2) rows.put(stringKey(`key:${i}`), "undone");
  rows.put(stringKey("new"), "undone");
  undo();
  expect(rows.get(stringKey("new"))).toBeUndefined();
  for (let i = 0; i < 1000; i++) {
    expect(rows.get(stringKey(`key:${i}`))).toBe(textOf(i, 15, 1000));
  }
});

test("any writes, reclaimed whenever it is worth it, leave what a map would hold", () => {
  const write = fc.record({
    first: fc.nat(300),
    count: fc.integer({ min: 1, max: 300 }),
    bytes: fc.integer({ min: 0, max: 9000 }),
    deletes: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(write, { minLength: 20, maxLength: 60 }), (writes) => {
      const pool = new CountingPool(16 << 20);
      const rows = new TestGeneration(pool);
      const model = new Map<string, string | null>();
      for (const [round, { first, count, bytes, deletes }] of writes.entries()) {
        for (let i = first; i < first + count; i++) {
          const name = `key:${i}`;
          if (deletes) rows.delete(stringKey(name));
          else rows.put(stringKey(name), textOf(i, round, bytes));
          model.set(name, deletes ? null : textOf(i, round, bytes));
        }
        reclaim(rows.generation, pool);
      }
      for (const [name, value] of model) expect(rows.get(stringKey(name))).toBe(value);
      expect(rows.generation.rowCount).toBe(model.size);
    }),
    { numRuns: 15 },
  );
});

test("rows that are written again and again are not flushed because of it, and survive a crash", async () => {
  using directory = temporaryDirectory();
  const options = { writeBufferBytes: 8 << 20, cacheBytes: 8 << 20 };
  let keyspace = await openTestKeyspace(directory.path, options);
  let rows = new Rows(keyspace);
  for (let round = 0; round < 50; round++) {
    for (let i = 0; i < 1000; i++) rows.set(`key:${i}`, textOf(i, round, 1000));
    keyspace.endTurn();
  }
  expect(keyspace.position.offset).toBeGreaterThan(48e6);
  expect(keyspace.stats().memtableBytes).toBeLessThan(12 << 20);
  expect([keyspace.flushCount, keyspace.stats().frozenGenerations]).toEqual([0, 0]);
  await keyspace.abandon();
  keyspace = await openTestKeyspace(directory.path, options);
  rows = new Rows(keyspace);
  for (let i = 0; i < 1000; i++) expect(rows.get(`key:${i}`)).toBe(textOf(i, 49, 1000));
  await keyspace.close();
});

test("what was moved is flushed, from memory and from a spilled generation", async () => {
  using directory = temporaryDirectory();
  const keyspace = await openTestKeyspace(directory.path, {
    writeBufferBytes: 8 << 20,
    cacheBytes: 1 << 20,
  });
  const rows = new Rows(keyspace);
  const flushes: Promise<void>[] = [];
  for (let part = 0; part < 3; part++) {
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < 1000; i++) rows.set(`key:${part}:${i}`, textOf(i, round, 1000));
      keyspace.endTurn();
    }
    flushes.push(keyspace.flush());
  }
  for (let part = 0; part < 3; part++) {
    for (let i = 0; i < 1000; i++) expect(rows.get(`key:${part}:${i}`)).toBe(textOf(i, 19, 1000));
  }
  keyspace.endTurn();
  await Promise.all(flushes);
  expect(keyspace.counts(0).keys).toBe(3000);
  for (let part = 0; part < 3; part++) {
    for (let i = 0; i < 1000; i++) expect(rows.get(`key:${part}:${i}`)).toBe(textOf(i, 19, 1000));
  }
  keyspace.endTurn();
  await keyspace.close();
});
