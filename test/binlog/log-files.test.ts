import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { listLogFiles, logFileName, logFilePath } from "../../src/binlog/log-files.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

test("log files are named as in LedisDB", () => {
  expect(logFileName(1)).toBe("ledis-bin.0000001");
  expect(logFileName(12345678)).toBe("ledis-bin.12345678");
  expect(logFilePath("/d", 2)).toBe("/d/ledis-bin.0000002");
});

test("files are listed in the order of their numbers, and others are ignored", () => {
  using directory = temporaryDirectory();
  for (const number of [10, 9, 10000000, 2]) writeFileSync(logFilePath(directory.path, number), "");
  for (const other of ["ledis-bin.0000003.damaged-0", "ledis-bin.index", "ledis-bin.12", "x"]) {
    writeFileSync(join(directory.path, other), "");
  }
  mkdirSync(join(directory.path, "sub"));
  expect(listLogFiles(directory.path)).toEqual([2, 9, 10, 10000000]);
});
