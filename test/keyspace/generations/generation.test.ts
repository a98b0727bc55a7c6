import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { keyHash, putEventBytes, TURN_END_BYTES } from "../../../src/binlog/event.ts";
import { copyBytes } from "../../../src/bytes/bytes.ts";
import { CHUNK_BYTES, MemoryPool } from "../../../src/keyspace/generations/memory-pool.ts";
import { NO_ROW } from "../../../src/keyspace/generations/row-layout.ts";
import { KIND_HASH, KIND_SET, RowKey } from "../../../src/keyspace/rows/row-key.ts";
import { RowValue } from "../../../src/keyspace/rows/row-value.ts";
import { keyRowValue, rawKey, stringKey, TestGeneration } from "../../support/test-rows.ts";

/** A value that makes an event of `bytes` bytes under a key of `keyBytes`. */
const filler = (bytes: number, keyBytes: number): string =>
  "x".repeat(bytes - putEventBytes(keyBytes, 0));

test("what was put is found, what was deleted is known to be gone, the rest is unknown", () => {
  const rows = new TestGeneration();
  expect(rows.put(rawKey("\x02a"), "1")).toBe(true);
  rows.put(rawKey("\x02b"), "");
  rows.delete(rawKey("\x02c"));
  rows.put(rawKey("\x02a"), "2 and longer");
  expect(rows.get(rawKey("\x02a"))).toBe("2 and longer");
  expect(rows.get(rawKey("\x02b"))).toBe("");
  expect(rows.get(rawKey("\x02c"))).toBeNull();
  expect(rows.get(rawKey("\x02d"))).toBeUndefined();
  rows.put(rawKey("\x02c"), "back");
  expect(rows.get(rawKey("\x02c"))).toBe("back");
  expect(rows.generation.rowCount).toBe(3);
});

test("keys of every length are kept apart, beyond a u16 too", () => {
  const rows = new TestGeneration();
  const lengths = [1, 7, 47, 48, 49, 63, 64, 65, 511, 513, 65535, 65536, 70000];
  for (const length of lengths) rows.put(rawKey("\x04".repeat(length)), `${length}`);
  for (const length of lengths) expect(rows.get(rawKey("\x04".repeat(length)))).toBe(`${length}`);
  rows.delete(rawKey("\x04".repeat(65536)));
  expect(rows.get(rawKey("\x04".repeat(65536)))).toBeNull();
});

test("tens of thousands of rows grow the index and lose nothing", () => {
  const rows = new TestGeneration();
  for (let i = 0; i < 30_000; i++) rows.put(stringKey(`key:${i}`), `v${i}`);
  for (let i = 0; i < 30_000; i++) {
    if (rows.get(stringKey(`key:${i}`)) !== `v${i}`) throw new Error(`row ${i} is lost`);
  }
  expect(rows.get(stringKey("key:30000"))).toBeUndefined();
});

test("room for expected rows changes nothing that can be seen", () => {
  const rows = new TestGeneration();
  rows.generation.expectRows(50_000);
  const { memoryBytes } = rows.generation;
  for (let i = 0; i < 10_000; i++) rows.put(stringKey(`key:${i}`), "v");
  expect(rows.get(stringKey("key:9999"))).toBe("v");
  expect(rows.generation.memoryBytes).toBe(memoryBytes + CHUNK_BYTES);
});

test("huge values stand in chunks of their own size, small ones go on in the next chunk", () => {
  const rows = new TestGeneration();
  const sizes = [3 * CHUNK_BYTES, CHUNK_BYTES, CHUNK_BYTES - 11 - 2, 300_000, 10, 700_000, 400_000];
  for (const [i, size] of sizes.entries()) rows.put(rawKey(`\x02${i}`), `${i}`.repeat(size));
  for (const [i, size] of sizes.entries()) {
    expect(rows.get(rawKey(`\x02${i}`)) === `${i}`.repeat(size)).toBe(true);
  }
  for (const [number, end] of rows.generation.chunkEnds.entries()) {
    expect(end).toBeLessThanOrEqual(rows.generation.chunks[number]!.length);
  }
});

describe("a row that the turn wrote before", () => {
  test("is written over in place when the size is the same", () => {
    const rows = new TestGeneration();
    rows.begin();
    expect(rows.put(rawKey("\x02a"), "1")).toBe(true);
    const { bytes } = rows.generation;
    expect(rows.put(rawKey("\x02a"), "2")).toBe(false);
    expect(rows.generation.bytes).toBe(bytes);
    expect(rows.get(rawKey("\x02a"))).toBe("2");
    expect(rows.put(rawKey("\x02a"), "33")).toBe(true);
  });

  test("gets a new event in the next turn: the old one is in the log", () => {
    const rows = new TestGeneration();
    rows.begin();
    rows.put(rawKey("\x02a"), "1");
    rows.begin();
    expect(rows.put(rawKey("\x02a"), "2")).toBe(true);
  });

  test("is not written over when it was deleted meanwhile, or is large", () => {
    const rows = new TestGeneration();
    rows.begin();
    rows.put(rawKey("\x02a"), "1");
    rows.delete(rawKey("\x02a"));
    expect(rows.put(rawKey("\x02a"), "2")).toBe(true);
    const large = "x".repeat(65 << 10);
    expect(rows.put(rawKey("\x02b"), large)).toBe(true);
    expect(rows.put(rawKey("\x02b"), large)).toBe(true);
  });

  test("is told from an earlier turn's row even where a chunk ends exactly with that turn", () => {
    for (let before = 0; before < 4; before++) {
      const rows = new TestGeneration();
      for (let i = 0; i < before; i++) rows.put(rawKey(`\x02f${i}`), filler(CHUNK_BYTES, 3));
      rows.begin();
      rows.put(rawKey("\x02a"), "1");
      const room = CHUNK_BYTES - rows.generation.chunkEnds.at(-1)!;
      rows.put(rawKey("\x02b"), filler(room - TURN_END_BYTES, 2));
      rows.generation.reserve(TURN_END_BYTES);
      expect(rows.generation.chunkEnds.at(-1)).toBe(CHUNK_BYTES);
      const undo = rows.begin();
      expect(rows.put(rawKey("\x02a"), "2")).toBe(true);
      undo();
      expect(rows.get(rawKey("\x02a"))).toBe("1");
    }
  });

  test("is told from an earlier turn's row behind a huge event", () => {
    for (let before = 0; before < 4; before++) {
      const rows = new TestGeneration();
      for (let i = 0; i < before; i++) rows.put(rawKey(`\x02f${i}`), filler(CHUNK_BYTES, 3));
      for (const size of [1, 2, 3].map((n) => n * CHUNK_BYTES)) {
        rows.begin();
        rows.put(rawKey("\x02a"), "1");
        rows.put(rawKey("\x02b"), filler(size, 2));
        const undo = rows.begin();
        expect(rows.put(rawKey("\x02a"), "2")).toBe(true);
        expect(rows.put(rawKey("\x02b"), "3")).toBe(true);
        undo();
        expect(rows.get(rawKey("\x02a"))).toBe("1");
        expect(rows.get(rawKey("\x02b"))!.length).toBe(filler(size, 2).length);
      }
    }
  });
});

describe("undo", () => {
  test("restores rows, counts, bytes, chunks, chains and garbage", () => {
    const rows = new TestGeneration();
    const { generation } = rows;
    rows.begin();
    rows.put(stringKey("k"), keyRowValue("", 0, 5), 5);
    rows.put(new RowKey().element(KIND_HASH, 5, Buffer.from("f")), "1");
    rows.delete(rawKey("\x02gone"));
    const before = { ...generation.mark(), memory: generation.memoryBytes };
    const undo = rows.begin();
    rows.put(stringKey("k"), keyRowValue("", 0, 6), 6);
    rows.put(new RowKey().element(KIND_HASH, 5, Buffer.from("f")), "22");
    rows.put(new RowKey().element(KIND_HASH, 5, Buffer.from("g")), "3");
    rows.put(new RowKey().element(KIND_HASH, 6, Buffer.from("h")), "4");
    rows.put(rawKey("\x02gone"), "back");
    rows.put(rawKey("\x02big"), "x".repeat(3 * CHUNK_BYTES));
    expect(generation.garbage).toEqual([5]);
    undo();
    expect({ ...generation.mark(), memory: generation.memoryBytes }).toEqual(before);
    expect(rows.get(stringKey("k"))).toBe(keyRowValue("", 0, 5));
    expect(rows.get(new RowKey().element(KIND_HASH, 5, Buffer.from("f")))).toBe("1");
    expect(rows.get(new RowKey().element(KIND_HASH, 5, Buffer.from("g")))).toBeUndefined();
    expect(rows.get(rawKey("\x02gone"))).toBeNull();
    expect(generation.garbage).toEqual([]);
    expect(generation.chainOf(6)).toBe(NO_ROW);
    expect(generation.nextInChain(generation.chainOf(5))).toBe(NO_ROW);
  });

  test("takes back a turn of thousands of rows that made the index grow", () => {
    const rows = new TestGeneration();
    rows.begin();
    for (let i = 0; i < 500; i++) rows.put(stringKey(`old:${i}`), "old");
    const undo = rows.begin();
    for (let i = 0; i < 5000; i++) rows.put(stringKey(`new:${i}`), "new");
    for (let i = 0; i < 500; i++) rows.put(stringKey(`old:${i}`), "changed");
    undo();
    for (let i = 0; i < 500; i++) expect(rows.get(stringKey(`old:${i}`))).toBe("old");
    for (let i = 0; i < 5000; i += 7) expect(rows.get(stringKey(`new:${i}`))).toBeUndefined();
    rows.put(stringKey("new:1"), "again");
    expect(rows.get(stringKey("new:1"))).toBe("again");
  });

  test("a key found before an undo is searched again after it", () => {
    const rows = new TestGeneration();
    rows.put(rawKey("\x02x"), "x");
    const key = rawKey("\x02a");
    const undo = rows.begin();
    rows.put(key, "1");
    expect(rows.generation.locate(key)).toBe(1);
    undo();
    expect(rows.generation.locate(key)).toBe(NO_ROW);
    rows.begin();
    rows.put(rawKey("\x02b"), "2");
    expect(rows.put(key, "3")).toBe(true);
    expect(rows.get(key)).toBe("3");
    expect(rows.get(rawKey("\x02b"))).toBe("2");
  });
});

describe("garbage", () => {
  test("is a collection whose key row was replaced or deleted, unless the new one names it too", () => {
    const rows = new TestGeneration();
    rows.put(stringKey("k"), keyRowValue("", 0, 1), 1);
    rows.put(stringKey("k"), keyRowValue("more", 0, 1), 1);
    expect(rows.generation.garbage).toEqual([]);
    rows.put(stringKey("k"), keyRowValue("", 0, 2), 2);
    rows.put(stringKey("k"), keyRowValue("string"), 0);
    rows.put(stringKey("l"), keyRowValue("", 99, 3), 3);
    rows.delete(stringKey("l"));
    rows.put(stringKey("l"), keyRowValue("", 0, 4), 4);
    expect(rows.generation.garbage).toEqual([1, 2, 3]);
  });

  test("is not written over in place: a recovery has to find it too", () => {
    const rows = new TestGeneration();
    rows.begin();
    rows.put(stringKey("k"), keyRowValue("", 0, 1), 1);
    expect(rows.put(stringKey("k"), keyRowValue("", 0, 2), 2)).toBe(true);
    expect(rows.put(stringKey("k"), keyRowValue("", 0, 2), 2)).toBe(false);
    expect(rows.generation.garbage).toEqual([1]);
  });
});

test("the rows of a collection are chained, newest first, whatever their kind", () => {
  const rows = new TestGeneration();
  rows.put(new RowKey().element(KIND_HASH, 7, Buffer.from("a")), "");
  rows.put(new RowKey().element(KIND_HASH, 8, Buffer.from("a")), "");
  rows.put(new RowKey().element(KIND_SET, 7, Buffer.from("b")), "");
  rows.put(new RowKey().element(KIND_HASH, 7, Buffer.from("a")), "changed");
  const chain: number[] = [];
  for (
    let row = rows.generation.chainOf(7);
    row !== NO_ROW;
    row = rows.generation.nextInChain(row)
  ) {
    chain.push(row);
  }
  expect(chain).toEqual([2, 0]);
});

test("bytes of the log are adopted and indexed where they stand", () => {
  const written = new TestGeneration();
  written.put(stringKey("a"), keyRowValue("", 0, 9), 9);
  written.put(stringKey("b"), keyRowValue("1"));
  written.put(stringKey("a"), keyRowValue("now a string"));
  written.delete(stringKey("b"));
  const source = written.generation;
  const rows = new TestGeneration();
  const bytes = copyBytes(source.chunks[0]!.subarray(0, source.chunkEnds[0]));
  const chunk = rows.generation.adopt(bytes, { file: 1, offset: 40 });
  let at = 0;
  while (at < bytes.length) {
    rows.generation.index(chunk, at, keyHash(bytes, at));
    at += 8 + Buffer.from(bytes).readUInt32BE(at + 4);
  }
  expect(rows.get(stringKey("a"))).toBe(keyRowValue("now a string"));
  expect(rows.get(stringKey("b"))).toBeNull();
  expect(rows.generation.garbage).toEqual([9]);
  expect(rows.generation.isSpilled).toBe(true);
  rows.put(stringKey("c"), keyRowValue("behind"));
  expect(rows.get(stringKey("c"))).toBe(keyRowValue("behind"));
  expect(rows.generation.chunks.length).toBe(2);
});

describe("spill", () => {
  test("exchanges memory for the log's bytes, and chunks that are not in the log stay", () => {
    const rows = new TestGeneration();
    rows.put(rawKey("\x02a"), "1");
    rows.generation.seal();
    rows.put(rawKey("\x02b"), "2");
    const [first] = rows.generation.chunks;
    const log = copyBytes(first!);
    rows.generation.places[0] = { file: 3, offset: 100 };
    const asked: unknown[] = [];
    rows.generation.spill((place, bytes) => {
      asked.push({ ...place, bytes });
      return log.subarray(0, bytes);
    });
    expect(asked).toEqual([{ file: 3, offset: 100, bytes: rows.generation.chunkEnds[0] }]);
    expect(rows.get(rawKey("\x02a"))).toBe("1");
    expect(rows.get(rawKey("\x02b"))).toBe("2");
    expect(rows.pool.takeChunk(CHUNK_BYTES)).toBe(first!);
  });

  test("memory with a value that replies refer to is not used again", () => {
    const large = 300_000;
    for (const end of ["spill", "release", "undo"] as const) {
      const pool = new MemoryPool(16 << 20);
      const rows = new TestGeneration(pool);
      rows.put(rawKey("\x02first"), "x");
      rows.generation.seal();
      const undo = rows.begin();
      rows.put(rawKey("\x02a"), "small");
      rows.put(rawKey("\x02b"), "y".repeat(large));
      const value = new RowValue();
      rows.generation.readValue(rows.generation.find(rawKey("\x02b")), value);
      const view = value.buffer.subarray(value.start, value.end);
      const copy = rows.generation.chunks.map(copyBytes);
      rows.generation.places[0] = { file: 1, offset: 0 };
      rows.generation.places[1] = { file: 1, offset: 0 };
      if (end === "undo") undo();
      else if (end === "release") rows.generation.release();
      else rows.generation.spill((_, bytes) => copy[1]!.subarray(0, bytes));
      for (let i = 0; i < 40; i++) pool.takeChunk(CHUNK_BYTES).fill(0);
      expect(view.every((byte) => byte === 121)).toBe(true);
    }
  });
});

test("a generation that would need more chunks than a place can name refuses the write", () => {
  const pool = new MemoryPool(0);
  const tiny = new Uint8Array(64);
  pool.takeChunk = () => tiny;
  const rows = new TestGeneration(pool);
  const key = rawKey("\x02a");
  const value = new RowValue();
  for (let i = 0; i < 4096; i++) {
    rows.generation.put(key, 40, 0, 1, null, value);
    if (i === 2047) expect(rows.generation.isCrowded).toBe(false);
  }
  expect(rows.generation.isCrowded).toBe(true);
  expect(() => rows.generation.put(key, 40, 0, 1, null, value)).toThrow("too many writes");
});

type Step = readonly [key: number, size: number | null];

test("turns of random writes, kept or undone, leave what a map would hold", () => {
  const step: fc.Arbitrary<Step> = fc.tuple(
    fc.nat(12),
    fc.oneof(fc.constant(null), fc.nat(5), fc.constantFrom(200_000, 300_000, 1_100_000)),
  );
  const turn = fc.tuple(fc.array(step, { maxLength: 8 }), fc.boolean(), fc.boolean());
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 12 }), (turns) => {
      const rows = new TestGeneration();
      let model = new Map<number, string | null>();
      let count = 0;
      for (const [steps, isKept, isSealed] of turns) {
        if (isSealed) rows.generation.seal();
        const undo = rows.begin();
        const before = new Map(model);
        for (const [key, size] of steps) {
          const value = size === null ? null : `${count++}`.padEnd(size, "x").slice(0, size);
          model.set(key, value);
          if (value === null) rows.delete(rawKey(`\x02${key}`));
          else rows.put(rawKey(`\x02${key}`), value);
        }
        if (isKept) rows.generation.reserve(TURN_END_BYTES);
        else {
          undo();
          model = before;
        }
        for (let key = 0; key <= 12; key++) {
          if (rows.get(rawKey(`\x02${key}`)) !== model.get(key))
            throw new Error(`row ${key} differs`);
        }
      }
    }),
    { numRuns: 60 },
  );
});
