import { heapStats } from "bun:jsc";
import { expect, test } from "bun:test";
import { appendFileSync, unlinkSync, writeFileSync } from "node:fs";
import { logFilePath } from "../../../src/binlog/log-files.ts";
import { mapLog } from "../../../src/keyspace/log/log-map.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

test("stretches of any file at any place, also of what came after the first look", () => {
  using directory = temporaryDirectory();
  const first = Uint8Array.from({ length: 10_000 }, (_, i) => i % 251);
  writeFileSync(logFilePath(directory.path, 1), first);
  writeFileSync(logFilePath(directory.path, 2), "second");
  const map = mapLog(directory.path);
  for (const offset of [0, 1, 36, 4095, 4096, 4097, 9990]) {
    expect([...map({ file: 1, offset }, 10)]).toEqual([...first.subarray(offset, offset + 10)]);
  }
  const early = map({ file: 2, offset: 0 }, 6);
  appendFileSync(logFilePath(directory.path, 2), " and more");
  expect(Buffer.from(map({ file: 2, offset: 7 }, 8)).toString()).toBe("and more");
  expect(Buffer.from(early).toString()).toBe("second");
});

test("a stretch outlives its file", () => {
  using directory = temporaryDirectory();
  writeFileSync(logFilePath(directory.path, 1), "content");
  const stretch = mapLog(directory.path)({ file: 1, offset: 3 }, 4);
  unlinkSync(logFilePath(directory.path, 1));
  expect(Buffer.from(stretch).toString()).toBe("tent");
});

test("a stretch counts as the memory that it is, not as its whole file", () => {
  using directory = temporaryDirectory();
  writeFileSync(logFilePath(directory.path, 1), new Uint8Array(64 << 20));
  const before = heapStats().extraMemorySize;
  const stretch = mapLog(directory.path)({ file: 1, offset: 1 << 20 }, 1 << 20);
  expect(heapStats().extraMemorySize - before).toBeLessThan(8 << 20);
  expect(stretch).toHaveLength(1 << 20);
});

test("a file that ends before the stretch does is an error", () => {
  using directory = temporaryDirectory();
  writeFileSync(logFilePath(directory.path, 1), "content");
  expect(() => mapLog(directory.path)({ file: 1, offset: 3 }, 5)).toThrow("file 1 ends too early");
});

test("a missing file is an error", () => {
  using directory = temporaryDirectory();
  expect(() => mapLog(directory.path)({ file: 1, offset: 0 }, 1)).toThrow();
});
