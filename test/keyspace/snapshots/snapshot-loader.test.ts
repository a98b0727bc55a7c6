import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { encodeFileHeader, FILE_HEADER_BYTES } from "../../../src/binlog/event.ts";
import { logFilePath } from "../../../src/binlog/log-files.ts";
import { headBytes, TYPE_STRING, writeHead } from "../../../src/keyspace/rows/key-row.ts";
import {
  encodeEndBlock,
  encodeRowsBlock,
  encodeSnapshotHead,
  writeRowLengths,
} from "../../../src/keyspace/snapshots/snapshot-format.ts";
import { SnapshotLoader } from "../../../src/keyspace/snapshots/snapshot-loader.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const historyId = new Uint8Array(16).fill(5);
const headerBytes = encodeFileHeader({ version: 1, fileNumber: 4, base: 77, historyId }, 1);
const HEAD = encodeSnapshotHead({ file: 4, offset: 9999 }, headerBytes);

function rows(...all: [key: string, value: Uint8Array][]): Uint8Array {
  const parts = all.map(([key, value]) => {
    const bytes = new Uint8Array(8 + key.length / 2 + value.length);
    const at = writeRowLengths(bytes, 0, key.length / 2, value.length);
    bytes.set(Buffer.from(key, "hex"), at);
    bytes.set(value, at + key.length / 2);
    return bytes;
  });
  return encodeRowsBlock(Buffer.concat(parts));
}

function stringValue(expireAt: number): Uint8Array {
  const value = new Uint8Array(headBytes(expireAt) + 1);
  value[writeHead(value, 0, TYPE_STRING, expireAt)] = 0x78;
  return value;
}

test("rows, counters, garbage and the log's place stand in the new files", () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, "new");
  const loader = new SnapshotLoader(path, HEAD, 4096);
  const keys = rows(["010000000061", stringValue(0)], ["010000000062", stringValue(5000)]);
  expect(loader.add(keys)).toBe(false);
  expect(loader.keys).toBe(2);
  const others = rows(
    ["0200000000000166", Uint8Array.of(1)],
    ["ff010000000000000009", new Uint8Array(0)],
  );
  loader.add(others);
  expect(loader.add(encodeEndBlock(4))).toBe(true);
  loader.finish();
  const db = new Database(join(path, "ledis.db"), { readonly: true });
  const all = (sql: string) => db.query(sql).all();
  expect(all("SELECT space, keys, expires FROM spaces")).toEqual([
    { space: 0, keys: 2, expires: 1 },
  ]);
  expect(all("SELECT expire_at FROM keys ORDER BY key")).toEqual([
    { expire_at: null },
    { expire_at: 5000 },
  ]);
  expect(all("SELECT id FROM hash")).toEqual([{ id: 1 }]);
  expect(all("SELECT * FROM garbage")).toEqual([{ what: "collection", number: 9 }]);
  expect(all("SELECT file, offset FROM applied")).toEqual([{ file: 4, offset: 9999 }]);
  expect(all("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
  db.close();
  const file = logFilePath(join(path, "bin_log"), 4);
  expect(statSync(file).size).toBe(9999);
  expect(new Uint8Array(readFileSync(file).subarray(0, FILE_HEADER_BYTES))).toEqual(
    new Uint8Array(headerBytes),
  );
});

test("what does not add up is refused", () => {
  using directory = temporaryDirectory();
  const open = (name: string) => new SnapshotLoader(join(directory.path, name), HEAD, 4096);
  const counted = open("a");
  expect(() => counted.add(encodeEndBlock(1))).toThrow("0 arrived");
  expect(() => counted.finish()).toThrow("incomplete");
  counted.close();
  const ended = open("b");
  ended.add(encodeEndBlock(0));
  expect(() => ended.add(encodeEndBlock(0))).toThrow("behind its end");
  ended.close();
  const unknown = open("c");
  expect(() => unknown.add(rows(["6300000000", Uint8Array.of(1)]))).toThrow("unknown kind 99");
  unknown.close();
  const short = open("d");
  expect(() => short.add(rows(["02000000", Uint8Array.of(1)]))).toThrow("unknown kind 2");
  short.close();
});
