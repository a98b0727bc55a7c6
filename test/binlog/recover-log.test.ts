import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { encodeFileHeader, FILE_HEADER_BYTES } from "../../src/binlog/event.ts";
import { readFileHeader } from "../../src/binlog/log-catalog.ts";
import { logFilePath } from "../../src/binlog/log-files.ts";
import type { LogPosition } from "../../src/binlog/position.ts";
import { isLogWhole, recoverLog, summarizeLog } from "../../src/binlog/recover-log.ts";
import { type Bytes, concatBytes, fromText } from "../../src/bytes/bytes.ts";
import { StorageError } from "../../src/errors.ts";
import { log } from "../../src/log.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { putEvent, turnBytes } from "../support/turn-bytes.ts";

const historyId = new Uint8Array(16).fill(7);
const turn = (text: string): Bytes => turnBytes([putEvent(fromText(text), fromText("value"))]);
const START = { file: 1, offset: 0 };

let lines: string[] = [];
const sink = log.sink;
beforeEach(() => {
  lines = [];
  log.sink = (line) => void lines.push(line);
});
afterEach(() => {
  log.sink = sink;
});

function header(file: number, version = 1): Bytes {
  return encodeFileHeader({ version, fileNumber: file, base: 0, historyId }, 1);
}

function writeLog(directory: string, file: number, ...parts: readonly Bytes[]): number {
  const bytes = concatBytes(header(file), ...parts);
  writeFileSync(logFilePath(directory, file), bytes);
  return bytes.length;
}

/** The turns of a recovery as "file:offset of their end". */
function recovered(directory: string, from: LogPosition) {
  const turns: string[] = [];
  const ended: number[] = [];
  const end = recoverLog(directory, from, (file) => ({
    turn: (_, to) => turns.push(`${file}:${to}`),
    end: () => ended.push(file),
  }));
  return { turns, ended, end };
}

test("no file at all means that nothing was logged since", () => {
  using directory = temporaryDirectory();
  const found = recovered(directory.path, { file: 3, offset: 500 });
  expect(found).toEqual({ turns: [], ended: [], end: { file: 3, offset: 0 } });
});

test("the turns of all files are handed out, from the given place on", () => {
  using directory = temporaryDirectory();
  const first = writeLog(directory.path, 1, turn("a"));
  const second = writeLog(directory.path, 2, turn("b"), turn("c"));
  writeLog(directory.path, 3);
  const half = second - turn("c").length;
  expect(recovered(directory.path, START)).toEqual({
    turns: [`1:${first}`, `2:${half}`, `2:${second}`],
    ended: [1, 2, 3],
    end: { file: 3, offset: FILE_HEADER_BYTES },
  });
  expect(recovered(directory.path, { file: 2, offset: half }).turns).toEqual([`2:${second}`]);
  expect(lines).toEqual([]);
});

test("files before the given place are not looked at", () => {
  using directory = temporaryDirectory();
  writeFileSync(logFilePath(directory.path, 1), "junk");
  const end = writeLog(directory.path, 2, turn("a"));
  expect(recovered(directory.path, { file: 2, offset: end }).end).toEqual({ file: 2, offset: end });
});

describe("missing files", () => {
  test("the first needed file is missing, but later ones exist", () => {
    using directory = temporaryDirectory();
    writeLog(directory.path, 2, turn("a"));
    expect(() => recovered(directory.path, START)).toThrow(/ledis-bin.0000001 is missing/);
  });

  test("one in the middle is missing", () => {
    using directory = temporaryDirectory();
    writeLog(directory.path, 1, turn("a"));
    writeLog(directory.path, 3, turn("c"));
    expect(() => recovered(directory.path, START)).toThrow(/ledis-bin.0000002 is missing/);
  });

  test("a file is shorter than what SQLite holds of it", () => {
    using directory = temporaryDirectory();
    const size = writeLog(directory.path, 1, turn("a"));
    expect(() => recovered(directory.path, { file: 1, offset: size + 1 })).toThrow(StorageError);
  });
});

describe("headers", () => {
  test("a newer format is refused", () => {
    using directory = temporaryDirectory();
    writeFileSync(logFilePath(directory.path, 1), concatBytes(header(1, 2), turn("a")));
    expect(() => recovered(directory.path, START)).toThrow(/newer/);
  });

  test("a file under another one's name is refused", () => {
    using directory = temporaryDirectory();
    writeFileSync(logFilePath(directory.path, 1), concatBytes(header(9), turn("a")));
    expect(() => recovered(directory.path, START)).toThrow(/it is file 9/);
  });

  test("a damaged header before the place where SQLite's state ends is refused", () => {
    using directory = temporaryDirectory();
    const size = writeLog(directory.path, 1, turn("a"));
    const bytes = readFileSync(logFilePath(directory.path, 1));
    bytes[20]! ^= 1;
    writeFileSync(logFilePath(directory.path, 1), bytes);
    expect(readFileHeader(logFilePath(directory.path, 1))).toBeNull();
    expect(() => recovered(directory.path, { file: 1, offset: size })).toThrow(/header is damaged/);
  });

  test("a later file with a damaged header ends the log before it, and is set aside", () => {
    using directory = temporaryDirectory();
    const size = writeLog(directory.path, 1, turn("a"));
    writeFileSync(logFilePath(directory.path, 2), concatBytes(new Uint8Array(36), turn("b")));
    writeLog(directory.path, 3, turn("c"));
    expect(recovered(directory.path, START).end).toEqual({ file: 1, offset: size });
    expect(readdirSync(directory.path).sort()).toEqual([
      "ledis-bin.0000001",
      "ledis-bin.0000002.damaged-0",
      "ledis-bin.0000003.damaged-0",
    ]);
    expect(lines.length).toBe(2);
  });

  test("a file that a crash left without a whole header is removed", () => {
    for (const bytes of [0, 1, FILE_HEADER_BYTES - 1]) {
      using directory = temporaryDirectory();
      const size = writeLog(directory.path, 1, turn("a"));
      writeFileSync(logFilePath(directory.path, 2), header(2).subarray(0, bytes));
      expect(recovered(directory.path, START).end).toEqual({ file: 1, offset: size });
      expect(readdirSync(directory.path)).toEqual(["ledis-bin.0000001"]);
      expect(lines).toEqual([]);
    }
    using directory = temporaryDirectory();
    writeFileSync(logFilePath(directory.path, 1), "");
    expect(recovered(directory.path, START).end).toEqual(START);
  });
});

describe("turns that are not whole", () => {
  test("an append cut short is dropped, with a word in the log", () => {
    using directory = temporaryDirectory();
    const size = writeLog(directory.path, 1, turn("a"), turn("b").subarray(0, -1));
    const end = size - turn("b").length + 1;
    expect(recovered(directory.path, START)).toEqual({
      turns: [`1:${end}`],
      ended: [1],
      end: { file: 1, offset: end },
    });
    expect(readdirSync(directory.path)).toEqual(["ledis-bin.0000001"]);
    expect(lines.length).toBe(1);
    expect(lines[0]).toContain("reason=incomplete");
  });

  test("damage in the middle ends the log; the rest is kept aside", () => {
    using directory = temporaryDirectory();
    const damaged = turn("b");
    damaged[12]! ^= 0x40;
    writeLog(directory.path, 1, turn("a"), damaged, turn("c"));
    const end = FILE_HEADER_BYTES + turn("a").length;
    expect(recovered(directory.path, START).end).toEqual({ file: 1, offset: end });
    const kept = `${logFilePath(directory.path, 1)}.damaged-${end}`;
    expect(Buffer.compare(readFileSync(kept), concatBytes(damaged, turn("c")))).toBe(0);
    expect(lines[0]).toContain("reason=damaged");
  });

  test("a damaged length is no reason to throw the turns behind it away unseen", () => {
    using directory = temporaryDirectory();
    const damaged = turn("b");
    damaged[4] = 0x7f;
    writeLog(directory.path, 1, damaged, turn("c"));
    expect(recovered(directory.path, START).end).toEqual({ file: 1, offset: FILE_HEADER_BYTES });
    expect(existsSync(`${logFilePath(directory.path, 1)}.damaged-${FILE_HEADER_BYTES}`)).toBe(true);
  });

  test("files behind a torn one follow from nothing and are set aside", () => {
    using directory = temporaryDirectory();
    writeLog(directory.path, 1, turn("a"), turn("b").subarray(0, 5));
    writeLog(directory.path, 2, turn("c"));
    const end = FILE_HEADER_BYTES + turn("a").length;
    expect(recovered(directory.path, START).end).toEqual({ file: 1, offset: end });
    expect(readdirSync(directory.path).sort()).toEqual([
      "ledis-bin.0000001",
      `ledis-bin.0000001.damaged-${end}`,
      "ledis-bin.0000002.damaged-0",
    ]);
  });
});

test("a summary tells the first file, and whether any holds a turn", () => {
  using directory = temporaryDirectory();
  expect(summarizeLog(directory.path)).toEqual({ firstFile: null, isBlank: true });
  writeLog(directory.path, 4);
  expect(summarizeLog(directory.path)).toEqual({ firstFile: 4, isBlank: true });
  writeLog(directory.path, 5, turn("a"));
  expect(summarizeLog(directory.path)).toEqual({ firstFile: 4, isBlank: false });
});

test("a log can be read again to see whether it is whole", () => {
  using directory = temporaryDirectory();
  writeLog(directory.path, 1, turn("a"));
  const size = writeLog(directory.path, 2, turn("b"), turn("c"));
  expect(isLogWhole(directory.path, START, 2)).toBe(true);
  const bytes = readFileSync(logFilePath(directory.path, 2));
  bytes[size - 1]! ^= 1;
  writeFileSync(logFilePath(directory.path, 2), bytes);
  expect(isLogWhole(directory.path, START, 1)).toBe(true);
  expect(isLogWhole(directory.path, START, 2)).toBe(false);
});
