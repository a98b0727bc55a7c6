import { expect, test } from "bun:test";
import { rmSync, writeFileSync } from "node:fs";
import type { LogFile } from "../../../src/binlog/log-catalog.ts";
import { listLogFiles, logFilePath } from "../../../src/binlog/log-files.ts";
import { LogRetention } from "../../../src/keyspace/log/log-retention.ts";
import { useFakeClock } from "../../support/fake-clock.ts";
import { keepLog } from "../../support/keep-log.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const lines = keepLog();

/** Files 1 to 10; each was begun 10 seconds behind the one before it. */
const FILES: LogFile[] = Array.from({ length: 10 }, (_, i) => ({
  file: i + 1,
  base: i * 100,
  bytes: 100,
  historyId: new Uint8Array(16),
  createdAt: 1000 + i * 10,
}));

function withFiles(filesMax: number, work: (retention: LogRetention) => void) {
  using directory = temporaryDirectory();
  for (const { file } of FILES) writeFileSync(logFilePath(directory.path, file), "");
  const removed: number[] = [];
  work(new LogRetention(directory.path, filesMax, (file) => void removed.push(file)));
  const left = listLogFiles(directory.path);
  expect(removed).toEqual(FILES.map(({ file }) => file).filter((file) => !left.includes(file)));
  return left;
}

test("the oldest files go until the wanted number is left, but none that recovery needs", () => {
  const cases = [
    { filesMax: 3, durable: 10, first: 8 },
    { filesMax: 3, durable: 5, first: 5 },
    { filesMax: 1, durable: 10, first: 10 },
    { filesMax: 0, durable: 10, first: 10 },
    { filesMax: 0, durable: 9, first: 9 },
    { filesMax: 50, durable: 10, first: 1 },
  ];
  for (const { filesMax, durable, first } of cases) {
    const left = withFiles(filesMax, (retention) => retention.purge(FILES, durable));
    expect(left[0]).toBe(first);
    expect(left.length).toBe(11 - first);
  }
});

test("files that ended too long ago go, whatever the number", () => {
  using clock = useFakeClock(1_100_000);
  const purge = (retention: LogRetention) => {
    retention.ageMaxSeconds = 45;
    retention.purge(FILES, 10);
  };
  // File 6 ended at 1060, file 5 at 1050.
  expect(withFiles(50, purge)[0]).toBe(6);
  clock.set(9_000_000);
  expect(withFiles(50, purge)).toEqual([10]);
});

test("a file that somebody else needs stays, and all behind it", () => {
  const left = withFiles(1, (retention) => {
    retention.lowestNeeded = () => 4;
    retention.purge(FILES, 10);
  });
  expect(left[0]).toBe(4);
});

test("purging up to a file tells which one is the first then", () => {
  const left = withFiles(50, (retention) => {
    expect(retention.purgeTo(FILES, 6)).toBe(6);
  });
  expect(left[0]).toBe(6);
  withFiles(50, (retention) => expect(retention.purgeTo(FILES, 99)).toBe(10));
});

test("what cannot be removed is told and left", () => {
  using directory = temporaryDirectory();
  const retention = new LogRetention(directory.path, 1, () => {});
  rmSync(directory.path, { recursive: true });
  retention.purge(FILES, 5);
  expect(lines.length).toBe(1);
  expect(lines[0]).toContain("cannot remove old log files");
});
