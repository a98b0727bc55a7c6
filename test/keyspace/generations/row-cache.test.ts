import { expect, test } from "bun:test";
import { copyBytes, fromMapKey, mapKey } from "../../../src/bytes/bytes.ts";
import { CHUNK_BYTES, MemoryPool } from "../../../src/keyspace/generations/memory-pool.ts";
import { RowCache } from "../../../src/keyspace/generations/row-cache.ts";
import { RowValue } from "../../../src/keyspace/rows/row-value.ts";
import { rawKey, TestGeneration } from "../../support/test-rows.ts";

const pool = new MemoryPool(16 * CHUNK_BYTES);

/** The value; null when it is known that there is none; undefined when nothing is known. */
function get(cache: RowCache, name: string): string | null | undefined {
  const value = new RowValue();
  const known = cache.get(rawKey(name), value);
  if (known === "present") return mapKey(value.buffer.subarray(value.start, value.end));
  return known === "absent" ? null : undefined;
}

const add = (cache: RowCache, name: string, text: string | null): void =>
  cache.add(rawKey(name), text === null ? null : fromMapKey(text));

function flushed(...rows: readonly (readonly [string, string | null])[]): TestGeneration {
  const made = new TestGeneration(pool);
  for (const [name, text] of rows) {
    if (text === null) made.delete(rawKey(name));
    else made.put(rawKey(name), text);
  }
  return made;
}

test("what SQLite answered is remembered, absence too, large values not", () => {
  const cache = new RowCache(pool, 8 * CHUNK_BYTES);
  expect(get(cache, "\x02a")).toBeUndefined();
  add(cache, "\x02a", "1");
  add(cache, "\x02b", null);
  add(cache, "\x02c", "x".repeat((64 << 10) + 1));
  expect(get(cache, "\x02a")).toBe("1");
  expect(get(cache, "\x02b")).toBeNull();
  expect(get(cache, "\x02c")).toBeUndefined();
});

test("a flushed generation hides what was known of its rows before", () => {
  const cache = new RowCache(pool, 8 * CHUNK_BYTES);
  add(cache, "\x02a", "old");
  add(cache, "\x02b", "old");
  add(cache, "\x02c", "kept");
  cache.push(flushed(["\x02a", "new"], ["\x02b", null]).generation);
  expect(get(cache, "\x02a")).toBe("new");
  expect(get(cache, "\x02b")).toBeNull();
  expect(get(cache, "\x02c")).toBe("kept");
  cache.push(flushed(["\x02a", "newest"]).generation);
  expect(get(cache, "\x02a")).toBe("newest");
});

test("generations leave oldest first, so that no older value comes to light again", () => {
  const cache = new RowCache(pool, 4 * CHUNK_BYTES);
  const values = ["v0", "v1", "v2", "v3", "v4", "v5"];
  for (const value of values) {
    cache.push(flushed(["\x02a", value], [`\x02only-in-${value}`, "x"]).generation);
    cache.endTurn();
    expect(get(cache, "\x02a")).toBe(value);
    expect(cache.memoryBytes).toBeLessThanOrEqual(4 * CHUNK_BYTES);
  }
  expect(get(cache, "\x02only-in-v0")).toBeUndefined();
  expect(get(cache, "\x02only-in-v5")).toBe("x");
});

test("a generation that is read from the log leaves with the turn, and takes along what is older", () => {
  const cache = new RowCache(pool, 8 * CHUNK_BYTES);
  add(cache, "\x02a", "old");
  add(cache, "\x02b", "old");
  const { generation } = flushed(["\x02a", "new"]);
  generation.places[0] = { file: 1, offset: 0 };
  const log = copyBytes(generation.chunks[0]!);
  generation.spill(() => log);
  cache.push(generation);
  cache.push(flushed(["\x02c", "newest"]).generation);
  expect([get(cache, "\x02a"), get(cache, "\x02b")]).toEqual(["new", "old"]);
  cache.endTurn();
  expect([get(cache, "\x02a"), get(cache, "\x02b")]).toEqual([undefined, undefined]);
  expect(get(cache, "\x02c")).toBe("newest");
});

test("values stay valid to the end of the turn, whatever is pushed meanwhile", () => {
  const cache = new RowCache(pool, 2 * CHUNK_BYTES);
  add(cache, "\x02a", "read in this turn");
  const value = new RowValue();
  cache.get(rawKey("\x02a"), value);
  for (let i = 0; i < 5; i++) cache.push(flushed(["\x02b", `${i}`]).generation);
  for (let i = 0; i < 20; i++) flushed(["\x02c", "y".repeat(1000)]);
  expect(mapKey(value.buffer.subarray(value.start, value.end))).toBe("read in this turn");
  cache.endTurn();
  expect(cache.memoryBytes).toBeLessThanOrEqual(2 * CHUNK_BYTES);
});

test("reads alone keep to the budget, and so does a smaller one", () => {
  const cache = new RowCache(pool, 8 * CHUNK_BYTES, () => 0);
  for (let i = 0; i < 30_000; i++) {
    add(cache, `\x02${i}`, "x".repeat(1000));
    if (i % 100 === 0) cache.endTurn();
  }
  expect(cache.memoryBytes).toBeLessThanOrEqual(9 * CHUNK_BYTES);
  expect(get(cache, "\x0229999")).toBe("x".repeat(1000));
  expect(get(cache, "\x020")).toBeUndefined();
  cache.budgetBytes = 0;
  expect(cache.memoryBytes).toBe(0);
  expect(get(cache, "\x0229999")).toBeUndefined();
});

test("reads keep to a budget of which a chunk is more than a generation's share", () => {
  const cache = new RowCache(pool, 2 * CHUNK_BYTES, () => 0);
  for (let i = 0; i < 8000; i++) {
    add(cache, `\x02${i}`, "x".repeat(1000));
    cache.endTurn();
  }
  expect(cache.memoryBytes).toBeLessThanOrEqual(2 * CHUNK_BYTES);
});

test("a cache that a flushed generation has emptied remembers all that is read", () => {
  const cache = new RowCache(pool, 4 * CHUNK_BYTES, () => 0.99);
  const large = Array.from({ length: 60 }, (_, i) => [`\x02${i}`, "x".repeat(100_000)] as const);
  cache.push(flushed(...large).generation);
  cache.endTurn();
  expect(cache.memoryBytes).toBe(0);
  for (const name of ["\x02a", "\x02b"]) {
    add(cache, name, "read");
    cache.endTurn();
    expect(get(cache, name)).toBe("read");
  }
});

test("when the cache is full, a fourth of what is read is remembered", () => {
  let chance = 0.25;
  const cache = new RowCache(pool, 8 * CHUNK_BYTES, () => chance);
  const fill = (name: string): string | null | undefined => {
    add(cache, name, "read");
    cache.endTurn();
    return get(cache, name);
  };
  expect(fill("\x02a")).toBe("read");
  for (let i = 0; cache.memoryBytes <= 6 * CHUNK_BYTES; i++) {
    add(cache, `\x02${i}`, "x".repeat(1000));
    cache.endTurn();
  }
  expect(fill("\x02b")).toBeUndefined();
  chance = 0.24;
  expect(fill("\x02b")).toBe("read");
  chance = 0.25;
  expect(fill("\x02c")).toBeUndefined();
  cache.budgetBytes = 16 * CHUNK_BYTES;
  expect(fill("\x02c")).toBe("read");
});
