import { expect, test } from "bun:test";
import { logFilePath } from "../../src/binlog/log-files.ts";
import type { LogWriter } from "../../src/binlog/log-writer.ts";
import { FlushQueue } from "../../src/keyspace/flush/flush-queue.ts";
import type { Flusher } from "../../src/keyspace/flush/flusher.ts";
import { MemoryPool } from "../../src/keyspace/generations/memory-pool.ts";
import { NO_ROW } from "../../src/keyspace/generations/row-layout.ts";
import { Memtable } from "../../src/keyspace/memtable.ts";
import { RowValue } from "../../src/keyspace/rows/row-value.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { stringKey } from "../support/test-rows.ts";

/** Of no files: nothing stands in the log, so everything stays in memory. */
const NOWHERE = "/nowhere";

/** A memtable whose flushes end when the test says so. */
function makeMemtable(limits = {}, logPath = NOWHERE) {
  const pool = new MemoryPool(1 << 20);
  const position = { file: 1, offset: 100 };
  const log = {
    get position() {
      return { ...position };
    },
    header: { historyId: new Uint8Array(16) },
  } as unknown as LogWriter;
  const waiting: (() => void)[] = [];
  const flusher = {
    flush: () =>
      new Promise((resolve) => waiting.push(() => resolve({ rows: 1, milliseconds: 1 }))),
  } as unknown as Flusher;
  const state = { isTurnOpen: false, flushed: 0 };
  const queue = new FlushQueue(flusher, {
    syncLog: async () => {},
    flushed: () => {
      state.flushed++;
      memtable.flushed();
    },
    failed: () => {},
  });
  const host = {
    limits: () => ({
      writeBufferBytes: 1000,
      flushLogBytes: 1e9,
      flushIntervalMs: 1e9,
      ...limits,
    }),
    isTurnOpen: () => state.isTurnOpen,
  };
  const memtable: Memtable = new Memtable(pool, queue, log, logPath, host);
  /** One turn that writes a row. */
  const write = (name: string, bytes: number) => {
    memtable.active.put(stringKey(name), bytes, 0, 1, null, new RowValue());
    if (logPath !== NOWHERE) memtable.active.places[0] = { file: 1, offset: 0 };
    position.offset += bytes;
    memtable.turnEnded();
  };
  const finishFlush = async () => {
    await Bun.sleep(0);
    waiting.shift()?.();
    await Bun.sleep(0);
  };
  const stop = () => memtable.stop();
  return { memtable, state, position, write, finishFlush, [Symbol.dispose]: stop };
}

test("a full generation is frozen, and there is no room when too many wait", async () => {
  using test = makeMemtable();
  const { memtable } = test;
  test.write("small", 10);
  expect(memtable.frozen.length).toBe(0);
  for (let i = 1; i <= 4; i++) {
    test.write(`large ${i}`, 2000);
    expect(memtable.frozen.length).toBe(i);
  }
  expect(memtable.hasRoom).toBe(true);
  test.write("one more", 2000);
  expect([memtable.frozen.length, memtable.hasRoom]).toEqual([4, false]);
  let woken = 0;
  memtable.onRoom(() => woken++);
  await test.finishFlush();
  expect([test.state.flushed, woken, memtable.hasRoom]).toEqual([1, 1, true]);
  // What was full is frozen as soon as there is room.
  expect([memtable.frozen.length, memtable.active.rowCount]).toEqual([4, 0]);
});

test("what was full gives its memory to the next generation, what was due keeps it", async () => {
  using directory = temporaryDirectory();
  await Bun.write(logFilePath(directory.path, 1), new Uint8Array(8192));
  for (const isFull of [true, false]) {
    using test = makeMemtable({}, directory.path);
    const { memtable } = test;
    const first = memtable.active;
    test.write("tiny", 10);
    const [chunk] = first.chunks;
    if (isFull) test.write("large", 2000);
    else memtable.freeze();
    expect(memtable.frozen.length).toBe(1);
    expect(first.isSpilled).toBe(isFull);
    test.write("next", 10);
    expect(memtable.active.chunks[0] === chunk).toBe(isFull);
  }
});

test("a long log is a reason to freeze although the rows are few", () => {
  using test = makeMemtable({ flushLogBytes: 500 });
  test.write("k", 10);
  expect(test.memtable.frozen.length).toBe(0);
  test.position.offset += 600;
  test.write("k", 10);
  expect(test.memtable.frozen.length).toBe(1);
});

test("rows are flushed after a while by themselves", async () => {
  using test = makeMemtable({ flushIntervalMs: 5 });
  test.write("k", 10);
  const deadline = Date.now() + 5000;
  while (test.memtable.frozen.length === 0 && Date.now() < deadline) await Bun.sleep(1);
  expect(test.memtable.frozen.length).toBe(1);
});

test("a flush that is asked for within a turn waits for its end", async () => {
  using test = makeMemtable();
  test.state.isTurnOpen = true;
  let isFlushed = false;
  const flushed = test.memtable.flush().then(() => {
    isFlushed = true;
  });
  expect(() => test.memtable.freeze()).toThrow("within a turn");
  test.state.isTurnOpen = false;
  test.write("k", 10);
  expect(test.memtable.frozen.length).toBe(1);
  await Bun.sleep(0);
  expect(isFlushed).toBe(false);
  await test.finishFlush();
  await flushed;
  expect(isFlushed).toBe(true);
});

test("the layers of a collection are those that hold rows of it, the active one frozen if it does", () => {
  using test = makeMemtable();
  const { memtable } = test;
  expect(memtable.layersOf([7])).toEqual([]);
  const before = memtable.active;
  test.write("k", 10);
  expect(memtable.layersOf([7])).toEqual([]);
  expect(memtable.active).toBe(before);
  expect(memtable.newestFirst()).toEqual([before]);
  expect(before.chainOf(7)).toBe(NO_ROW);
});
