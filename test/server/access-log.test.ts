import { expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fromText } from "../../src/bytes/bytes.ts";
import { ConfigError } from "../../src/errors.ts";
import { log } from "../../src/log.ts";
import { Request } from "../../src/resp/request.ts";
import { AccessLog } from "../../src/server/access-log.ts";
import { type FakeClock, useFakeClock } from "../support/fake-clock.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const client = { address: "127.0.0.1:1", isUnix: false };
const noon = (day: number): number => new Date(2026, 10, day, 12).getTime();

function write(accessLog: AccessLog, ...words: string[]): void {
  accessLog.write(client, null, Request.of(words.map(fromText)), 0, null);
}

/** Requests that a file shows. */
function requests(path: string): string[] {
  return [...readFileSync(path, "utf8").matchAll(/"(.*)"/g)].map(([, text]) => text!);
}

function onDay(day: number): FakeClock {
  return useFakeClock(noon(day));
}

test("a bare name goes into the data directory, which is made if need be", async () => {
  using directory = temporaryDirectory();
  const data = join(directory.path, "a/b");
  const accessLog = new AccessLog("access.log", data);
  write(accessLog, "GET", "a");
  await accessLog.close();
  expect(requests(join(data, "access.log"))).toEqual(["GET a"]);
});

test("a path is taken as it is", async () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, "logs/requests");
  const accessLog = new AccessLog(path, "/nonexistent");
  write(accessLog, "GET", "a");
  await accessLog.close();
  expect(requests(path)).toEqual(["GET a"]);
});

test("lines are appended to what the file holds", async () => {
  using directory = temporaryDirectory();
  for (const key of ["a", "b"]) {
    const accessLog = new AccessLog("log", directory.path);
    write(accessLog, "GET", key);
    await accessLog.close();
  }
  expect(requests(join(directory.path, "log"))).toEqual(["GET a", "GET b"]);
});

test("a file that cannot be opened is a ConfigError", () => {
  using directory = temporaryDirectory();
  mkdirSync(join(directory.path, "log"));
  expect(() => new AccessLog("log", directory.path)).toThrow(ConfigError);
});

test("at midnight the file gets the date of its lines, and a new one begins", async () => {
  using directory = temporaryDirectory();
  using time = onDay(22);
  const path = join(directory.path, "access.log");
  const accessLog = new AccessLog(path, "");
  write(accessLog, "GET", "old");
  time.set(new Date(2026, 10, 23).getTime() - 1);
  write(accessLog, "GET", "last");
  time.set(new Date(2026, 10, 23).getTime());
  write(accessLog, "GET", "new");
  await accessLog.close();
  expect(requests(`${path}.2026-11-22`)).toEqual(["GET old", "GET last"]);
  expect(requests(path)).toEqual(["GET new"]);
});

test("a file of an earlier day is put away at the first line after a start", async () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, "access.log");
  writeFileSync(path, "earlier\n");
  utimesSync(path, new Date(noon(20)), new Date(noon(20)));
  using _ = onDay(22);
  const accessLog = new AccessLog(path, "");
  write(accessLog, "GET", "new");
  await accessLog.close();
  expect(readFileSync(`${path}.2026-11-20`, "utf8")).toBe("earlier\n");
  expect(requests(path)).toEqual(["GET new"]);
});

test("a file that was put away is never overwritten", async () => {
  using directory = temporaryDirectory();
  using time = onDay(22);
  const path = join(directory.path, "access.log");
  writeFileSync(`${path}.2026-11-22`, "first");
  writeFileSync(`${path}.2026-11-22.1`, "second");
  const accessLog = new AccessLog(path, "");
  write(accessLog, "GET", "old");
  await accessLog.flushed();
  time.set(noon(23));
  write(accessLog, "GET", "new");
  await accessLog.close();
  expect(readFileSync(`${path}.2026-11-22`, "utf8")).toBe("first");
  expect(readFileSync(`${path}.2026-11-22.1`, "utf8")).toBe("second");
  expect(requests(`${path}.2026-11-22.2`)).toEqual(["GET old"]);
});

test("a file that was renamed or removed is opened anew", async () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, "access.log");
  const accessLog = new AccessLog(path, "");
  write(accessLog, "GET", "a");
  await accessLog.flushed();
  renameSync(path, `${path}.1`);
  write(accessLog, "GET", "b");
  await accessLog.flushed();
  expect(requests(`${path}.1`)).toEqual(["GET a"]);
  expect(requests(path)).toEqual(["GET b"]);
  rmSync(path);
  write(accessLog, "GET", "c");
  await accessLog.close();
  expect(requests(path)).toEqual(["GET c"]);
});

test("while the file cannot be written, lines are dropped and counted, once with a warning", async () => {
  using directory = temporaryDirectory();
  const folder = join(directory.path, "logs");
  const accessLog = new AccessLog(join(folder, "log"), "");
  rmSync(folder, { recursive: true });
  const warnings: string[] = [];
  const { sink } = log;
  log.sink = (line) => void warnings.push(line);
  try {
    write(accessLog, "GET", "a");
    write(accessLog, "GET", "b");
    await accessLog.flushed();
    write(accessLog, "GET", "c");
    await accessLog.flushed();
    expect(accessLog.droppedLines).toBe(3);
    expect(accessLog.failure).toContain("ENOENT");
    expect(warnings.filter((line) => line.includes("cannot write"))).toHaveLength(1);
    mkdirSync(folder);
    write(accessLog, "GET", "d");
    await accessLog.close();
    expect(accessLog.failure).toBeNull();
    expect(requests(join(folder, "log"))).toEqual(["GET d"]);
  } finally {
    log.sink = sink;
  }
});

test("a full disk loses lines, and nothing else", async () => {
  if (!existsSync("/dev/full")) return;
  const accessLog = new AccessLog("/dev/full", "");
  const { sink } = log;
  log.sink = () => {};
  write(accessLog, "GET", "a");
  await accessLog.close();
  log.sink = sink;
  expect(accessLog.failure).toContain("ENOSPC");
  expect(accessLog.droppedLines).toBe(1);
});

test("the queue is bounded: what the disk does not take in time is dropped and counted", async () => {
  using directory = temporaryDirectory();
  const accessLog = new AccessLog("log", directory.path);
  const word = "x".repeat(250);
  for (let i = 0; i < 20_000; i++) write(accessLog, word);
  expect(accessLog.droppedLines).toBeGreaterThan(0);
  const dropped = accessLog.droppedLines;
  await accessLog.close();
  expect(requests(join(directory.path, "log"))).toHaveLength(20_000 - dropped);
  expect(readdirSync(directory.path)).toEqual(["log"]);
});
