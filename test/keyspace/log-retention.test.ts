import { afterEach, beforeEach, expect, test } from "bun:test";
import { rmSync, writeFileSync } from "node:fs";
import { listLogFiles, logFilePath } from "../../src/binlog/log-files.ts";
import { LogRetention } from "../../src/keyspace/log-retention.ts";
import { log } from "../../src/log.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

let lines: string[] = [];
const { sink } = log;
beforeEach(() => {
  lines = [];
  log.sink = (line) => void lines.push(line);
});
afterEach(() => {
  log.sink = sink;
});

test("the oldest files go until the wanted number is left, but none that recovery needs", () => {
  const cases = [
    { filesMax: 3, durable: 10, current: 10, left: [8, 9, 10] },
    { filesMax: 3, durable: 5, current: 10, left: [5, 6, 7, 8, 9, 10] },
    { filesMax: 1, durable: 10, current: 10, left: [10] },
    { filesMax: 0, durable: 10, current: 10, left: [10] },
    { filesMax: 0, durable: 9, current: 10, left: [9, 10] },
    { filesMax: 50, durable: 10, current: 10, left: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] },
  ];
  for (const { filesMax, durable, current, left } of cases) {
    using directory = temporaryDirectory();
    for (let file = 1; file <= 10; file++) writeFileSync(logFilePath(directory.path, file), "");
    new LogRetention(directory.path, filesMax).purge(durable, current);
    expect(listLogFiles(directory.path)).toEqual(left);
  }
});

test("what cannot be removed is told and left", () => {
  using directory = temporaryDirectory();
  const retention = new LogRetention(directory.path, 1);
  rmSync(directory.path, { recursive: true });
  retention.purge(5, 5);
  expect(lines.length).toBe(1);
  expect(lines[0]).toContain("cannot remove old log files");
});
