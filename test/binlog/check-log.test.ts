import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { checkLog, replayableLog } from "../../src/binlog/check-log.ts";
import { encodeFileHeader, FILE_HEADER_BYTES } from "../../src/binlog/event.ts";
import { logFilePath } from "../../src/binlog/log-files.ts";
import type { LogPosition } from "../../src/binlog/position.ts";
import { concatBytes, fromText } from "../../src/bytes/bytes.ts";
import { temporaryPaths } from "../support/offline-data.ts";
import { putEvent, turnBytes } from "../support/turn-bytes.ts";

const turn = turnBytes([putEvent(fromText("\x01\0\0\0\0k"), fromText("\x01v"))], 0x6b000000);
const SIZE = FILE_HEADER_BYTES + 3 * turn.length;
const historyId = new Uint8Array(16).fill(7);

/** A file of three turns. */
function logFile(fileNumber: number, base = (fileNumber - 1) * SIZE): Uint8Array {
  const header = encodeFileHeader({ version: 1, fileNumber, base, historyId }, 1000);
  return concatBytes(header, turn, turn, turn);
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at]! ^= 1;
  return copy;
}

/** @param files by number, beginning with 1; null: missing */
function checked(files: readonly (Uint8Array | null)[], applied: LogPosition | null = null) {
  using paths = temporaryPaths();
  const directory = paths.of("bin_log");
  mkdirSync(directory);
  for (const [index, bytes] of files.entries()) {
    if (bytes !== null) writeFileSync(logFilePath(directory, index + 1), bytes);
  }
  const log = checkLog(directory, applied);
  const stretch = replayableLog(log, applied);
  const { problems, notes } = log;
  return { problems, notes, from: stretch?.from, to: stretch?.to };
}

const first: LogPosition = { file: 1, offset: FILE_HEADER_BYTES };
const second = FILE_HEADER_BYTES + turn.length;

test("a sound log can be replayed as a whole, an unfinished append is no problem", () => {
  const files = [logFile(1), logFile(2)];
  expect(checked(files)).toEqual({
    problems: [],
    notes: [],
    from: first,
    to: { file: 2, offset: SIZE },
  });
  const torn = checked([logFile(1), logFile(2).subarray(0, SIZE - 5)], first);
  expect(torn.problems).toEqual([]);
  expect(torn.notes).toHaveLength(1);
  expect(torn.to).toEqual({ file: 2, offset: SIZE - turn.length });
  expect(checkLog("/nosuch", null)).toMatchObject({ files: [], problems: [] });
});

test("damage ends what can be replayed, unless SQLite holds what was there", () => {
  const files = [logFile(1), flipped(logFile(2), second + 10), logFile(3)];
  const { problems, to } = checked(files);
  expect(problems).toEqual([`ledis-bin.0000002: it is damaged, at offset ${second} of ${SIZE}`]);
  expect(to).toEqual({ file: 2, offset: second });
  expect(checked(files, { file: 1, offset: SIZE }).to).toEqual({ file: 2, offset: second });
  const behind = { file: 2, offset: SIZE - turn.length };
  expect(checked(files, behind)).toMatchObject({ from: behind, to: { file: 3, offset: SIZE } });
  const later = { file: 3, offset: second };
  expect(checked(files, later)).toMatchObject({
    from: { file: 3, offset: FILE_HEADER_BYTES },
    to: { file: 3, offset: SIZE },
  });
});

test("a damaged header, a missing file and another history break the log", () => {
  const header = [logFile(1), flipped(logFile(2), 20), logFile(3)];
  expect(checked(header).problems).toEqual(["ledis-bin.0000002: its file header is damaged"]);
  expect(checked(header).to).toEqual({ file: 1, offset: SIZE });
  const place = { file: 2, offset: second };
  expect(checked(header, place)).toMatchObject({ from: place, to: { file: 3, offset: SIZE } });
  const gap = [logFile(1), null, logFile(3)];
  expect(checked(gap).problems).toEqual(["ledis-bin.0000002: it is missing"]);
  expect(checked(gap, { file: 3, offset: second }).from).toMatchObject({ file: 3 });
  expect(checked(gap, place).to).toBeUndefined();
  expect(checked([logFile(1), logFile(2, 5)]).problems).toEqual([
    "ledis-bin.0000002: it does not go on where ledis-bin.0000001 ends",
  ]);
  expect(checked([logFile(2)]).problems).toEqual([
    "ledis-bin.0000001: its header says that it is file 2",
  ]);
});

test("what SQLite holds beyond the log's end leaves nothing to replay", () => {
  expect(checked([logFile(1)], { file: 1, offset: SIZE + 1 }).to).toBeUndefined();
});
