import { expect, test } from "bun:test";
import { unlinkSync, writeFileSync } from "node:fs";
import { encodeFileHeader, FILE_HEADER_BYTES } from "../../src/binlog/event.ts";
import { LogCatalog, readFileHeader } from "../../src/binlog/log-catalog.ts";
import { logFilePath } from "../../src/binlog/log-files.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** A file with `bytes` bytes behind its header. */
function writeLog(directory: string, file: number, base: number, bytes = 0): void {
  const historyId = new Uint8Array(16).fill(file);
  const header = encodeFileHeader({ version: 1, fileNumber: file, base, historyId }, 1000 + file);
  writeFileSync(logFilePath(directory, file), Buffer.concat([header, new Uint8Array(bytes)]));
}

test("files are told with the offsets at which they begin, and their sizes", () => {
  using directory = temporaryDirectory();
  writeLog(directory.path, 3, 1000, 56);
  writeLog(directory.path, 4, 1000 + FILE_HEADER_BYTES + 56, 10);
  const catalog = new LogCatalog(directory.path);
  const end = { file: 4, offset: FILE_HEADER_BYTES + 7 };
  expect(catalog.list(end)).toEqual([
    {
      file: 3,
      base: 1000,
      historyId: new Uint8Array(16).fill(3),
      bytes: FILE_HEADER_BYTES + 56,
      createdAt: 1003,
    },
    {
      file: 4,
      base: 1056 + FILE_HEADER_BYTES,
      historyId: new Uint8Array(16).fill(4),
      bytes: FILE_HEADER_BYTES + 7,
      createdAt: 1004,
    },
  ]);
  expect(catalog.offsetOf({ file: 4, offset: 50 })).toBe(1106 + FILE_HEADER_BYTES);
  expect(catalog.offsetOf({ file: 5, offset: 50 })).toBeNull();
  expect(catalog.bytesOf(2, end)).toBeNull();
  expect(catalog.bytesOf(4, { file: 3, offset: 60 })).toBeNull();
});

test("files come and go", () => {
  using directory = temporaryDirectory();
  const catalog = new LogCatalog(directory.path);
  expect(catalog.list({ file: 1, offset: 0 })).toEqual([]);
  writeLog(directory.path, 1, 0);
  catalog.add(1);
  expect(catalog.header(1)?.fileNumber).toBe(1);
  unlinkSync(logFilePath(directory.path, 1));
  catalog.remove(1);
  expect(catalog.header(1)).toBeNull();
});

test("a damaged or short header is none", () => {
  using directory = temporaryDirectory();
  writeFileSync(logFilePath(directory.path, 1), "short");
  writeFileSync(logFilePath(directory.path, 2), new Uint8Array(100));
  expect(readFileHeader(logFilePath(directory.path, 1))).toBeNull();
  expect(new LogCatalog(directory.path).list({ file: 2, offset: 100 })).toEqual([]);
});
