import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { logFilePath } from "../../../src/binlog/log-files.ts";
import type { LogPosition } from "../../../src/binlog/position.ts";
import { copyBytes } from "../../../src/bytes/bytes.ts";
import { Flusher } from "../../../src/keyspace/flush/flusher.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../../support/temporary-directory.ts";
import { keyRowValue, stringKey, TestGeneration } from "../../support/test-rows.ts";
import { historyId } from "../../support/test-sqlite.ts";

const END = { file: 1, offset: 500 };

async function openFlusher(directory: TemporaryDirectory) {
  const flusher = new Flusher(directory.path);
  const path = join(directory.path, "ledis.db");
  await flusher.open({ path, pageBytes: 4096, cacheBytes: 1 << 20, mmapBytes: 0 });
  return { flusher, path };
}

const failureOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "",
    (error: Error) => error.message,
  );

function keysOf(path: string): unknown[] {
  const db = new Database(path, { readonly: true });
  const rows = db.query("SELECT CAST(key AS TEXT) AS key, hex(value) AS value FROM keys").all();
  db.close();
  return rows;
}

test("the worker applies a generation from shared memory", async () => {
  using directory = temporaryDirectory();
  const { flusher, path } = await openFlusher(directory);
  const rows = new TestGeneration();
  // Several chunks of one pool: each has a place of its own in the memory that it shares.
  for (let i = 0; i < 3; i++) {
    rows.put(stringKey(`k${i}`), keyRowValue(`${i}`));
    rows.generation.seal();
  }
  const result = await flusher.flush([rows.generation], END, historyId);
  expect(result.rows).toBe(3);
  expect(keysOf(path)).toEqual([0, 1, 2].map((i) => ({ key: `k${i}`, value: `013${i}` })));
  await flusher.close();
});

test("the worker reads spilled chunks from the log's files, at any offset", async () => {
  using directory = temporaryDirectory();
  const { flusher, path } = await openFlusher(directory);
  const rows = new TestGeneration();
  rows.put(stringKey("a"), keyRowValue("1"));
  rows.generation.seal();
  rows.put(stringKey("b"), keyRowValue("2"));
  const chunks = rows.generation.chunks.map((chunk, i) =>
    copyBytes(chunk.subarray(0, rows.generation.chunkEnds[i])),
  );
  const offsets = [36, 5001];
  const log = new Uint8Array(9000);
  for (const [i, chunk] of chunks.entries()) {
    log.set(chunk, offsets[i]!);
    rows.generation.places[i] = { file: 7, offset: offsets[i]! };
  }
  writeFileSync(logFilePath(directory.path, 7), log);
  rows.generation.spill((place, bytes) => log.subarray(place.offset, place.offset + bytes));
  await flusher.flush([rows.generation], END, historyId);
  expect(keysOf(path)).toEqual([
    { key: "a", value: "0131" },
    { key: "b", value: "0132" },
  ]);
  await flusher.close();
});

test("a checkpoint says up to where everything is durable", async () => {
  using directory = temporaryDirectory();
  const { flusher } = await openFlusher(directory);
  const durable: LogPosition[] = [];
  flusher.onDurable((position) => durable.push(position));
  await flusher.checkpoint();
  expect(durable).toEqual([]);
  const rows = new TestGeneration();
  rows.put(stringKey("k"), keyRowValue("v"));
  await flusher.flush([rows.generation], END, historyId);
  await flusher.checkpoint();
  expect(durable).toEqual([END]);
  await flusher.close();
});

test("a checkpoint is told of when it begins and when it has ended", async () => {
  using directory = temporaryDirectory();
  const { flusher } = await openFlusher(directory);
  const told: boolean[] = [];
  flusher.onCheckpoint((isRunning) => told.push(isRunning));
  await flusher.checkpoint();
  expect(told).toEqual([true, false]);
  await flusher.close();
});

test("what SQLite refuses is told, and the next request goes through", async () => {
  using directory = temporaryDirectory();
  const { flusher, path } = await openFlusher(directory);
  const block = new Database(path);
  block.run("BEGIN IMMEDIATE");
  const rows = new TestGeneration();
  rows.put(stringKey("k"), keyRowValue("v"));
  expect(await failureOf(flusher.flush([rows.generation], END, historyId))).toContain("locked");
  block.close();
  await flusher.flush([rows.generation], END, historyId);
  expect(keysOf(path).length).toBe(1);
  await flusher.close();
});

test("a database that cannot be opened is told by the first request", async () => {
  using directory = temporaryDirectory();
  writeFileSync(join(directory.path, "ledis.db"), "text".repeat(2000));
  expect(await failureOf(openFlusher(directory))).toContain("Cannot open");
});

test("a worker that is gone refuses what waits for it, and everything later, with the reason", async () => {
  using directory = temporaryDirectory();
  const { flusher } = await openFlusher(directory);
  const waiting = failureOf(flusher.flush([new TestGeneration().generation], END, historyId));
  await flusher.abandon();
  expect(["", "the flush worker stopped, restart the server: it was told to"]).toContain(
    await waiting,
  );
  expect(await failureOf(flusher.checkpoint())).toContain("the flush worker stopped");
  expect(await failureOf(flusher.close())).toContain("the flush worker stopped");
});
