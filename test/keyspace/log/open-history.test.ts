import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeFileHeader, FILE_HEADER_BYTES } from "../../../src/binlog/event.ts";
import { logFilePath } from "../../../src/binlog/log-files.ts";
import { concatBytes } from "../../../src/bytes/bytes.ts";
import { SharedRows } from "../../../src/keyspace/flush/frozen-rows.ts";
import { MemoryPool } from "../../../src/keyspace/generations/memory-pool.ts";
import { openHistory } from "../../../src/keyspace/log/open-history.ts";
import { StoreReader } from "../../../src/keyspace/sqlite/store-reader.ts";
import { keepLog } from "../../support/keep-log.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { stringKey } from "../../support/test-rows.ts";
import { historyId, TestSqlite } from "../../support/test-sqlite.ts";
import { putEvent, turnBytes } from "../../support/turn-bytes.ts";

keepLog();

const turn = turnBytes([putEvent(stringKey("k").view(), Uint8Array.of(1, 118))]);

/** A log with one turn in each of these files, and SQLite's state at a position, if any. */
function history(
  files: readonly number[],
  applied: { file: number; offset: number } | null,
  of = historyId,
  content = turn,
) {
  using directory = temporaryDirectory();
  using sqlite = new TestSqlite();
  const path = join(directory.path, "bin_log");
  mkdirSync(path);
  for (const file of files) {
    const header = encodeFileHeader({ version: 1, fileNumber: file, base: 0, historyId: of }, 1);
    writeFileSync(logFilePath(path, file), concatBytes(header, content));
  }
  if (applied !== null) {
    sqlite.applier.apply(new SharedRows([]), applied, historyId, []);
  }
  const reader = new StoreReader(sqlite.options);
  try {
    return openHistory(path, reader, new MemoryPool(0));
  } finally {
    reader.close();
  }
}

const END = FILE_HEADER_BYTES + turn.length;

test("a new directory begins a history of its own", () => {
  const [one, two] = [history([], null), history([], null)];
  expect(one).toMatchObject({ applied: { file: 1, offset: 0 }, end: { file: 1, offset: 0 } });
  expect(one.id.length).toBe(16);
  expect(Buffer.compare(one.id, two.id)).not.toBe(0);
  expect(one.isRestarted).toBe(false);
});

test("a log that SQLite has seen nothing of is recovered from its beginning", () => {
  const { id, frozen, end } = history([1, 2], null);
  expect(id).toEqual(historyId);
  expect(frozen.length).toBe(1);
  expect(end).toEqual({ file: 2, offset: END });
});

test("a log is recovered from where SQLite's state ends", () => {
  expect(history([3, 4], { file: 3, offset: END }).frozen[0]!.end).toEqual({
    file: 4,
    offset: END,
  });
  expect(history([4], { file: 4, offset: END }).frozen).toEqual([]);
});

test("without a log, or one in which nothing was ever written, a new history begins behind the old one", () => {
  const nothing = new Uint8Array(0);
  for (const found of [
    history([], { file: 3, offset: 500 }),
    history([4], { file: 3, offset: 500 }, new Uint8Array(16), nothing),
  ]) {
    expect(found.isRestarted).toBe(true);
    expect(found.end).toEqual({ file: 4, offset: 0 });
    expect(Buffer.compare(found.id, historyId)).not.toBe(0);
  }
});

test("a log that does not follow from what SQLite holds is refused", () => {
  expect(() => history([4], { file: 3, offset: END })).toThrow("is missing");
  expect(() => history([2], null)).toThrow("begins with file 2");
  expect(() => history([1], { file: 1, offset: END }, new Uint8Array(16))).toThrow(
    "another database",
  );
});
