import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeFileHeader, encodeFileHeader, FILE_HEADER_BYTES } from "../../src/binlog/event.ts";
import { logFilePath } from "../../src/binlog/log-files.ts";
import { type LogPiece, LogWriter } from "../../src/binlog/log-writer.ts";
import { fromText } from "../../src/bytes/bytes.ts";
import { StorageError } from "../../src/errors.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const historyId = new Uint8Array(16).fill(7);
const NEW = { file: 1, offset: 0 };

const piece = (text: string): LogPiece => ({
  buffer: fromText(text),
  start: 0,
  end: text.length,
});

/** A piece that the file system refuses. */
const impossible: LogPiece = { buffer: new Uint8Array(4), start: 0, end: 8 };

function content(directory: string, file: number): string {
  return readFileSync(logFilePath(directory, file)).subarray(FILE_HEADER_BYTES).toString();
}

test("a new log begins with a file that holds its header alone", () => {
  using directory = temporaryDirectory();
  const options = { directory: join(directory.path, "a", "b"), fileBytesMax: 100, historyId };
  const log = new LogWriter(options, NEW);
  expect(log.position).toEqual({ file: 1, offset: FILE_HEADER_BYTES });
  expect(log.syncedPosition).toEqual(log.position);
  const bytes = readFileSync(logFilePath(options.directory, 1));
  expect(decodeFileHeader(bytes)).toEqual({ version: 1, fileNumber: 1, base: 0, historyId });
  log.close();
});

test("pieces are appended in order, and part of a buffer can be a piece", () => {
  using directory = temporaryDirectory();
  const log = new LogWriter({ directory: directory.path, fileBytesMax: 100, historyId }, NEW);
  log.append([piece("one "), { buffer: fromText("xtwox"), start: 1, end: 4 }]);
  log.append([piece(" three")]);
  expect(log.position).toEqual({ file: 1, offset: FILE_HEADER_BYTES + 13 });
  expect(content(directory.path, 1)).toBe("one two three");
  log.close();
});

test("an existing file is continued at the given place, and what lay behind is gone", () => {
  using directory = temporaryDirectory();
  const header = encodeFileHeader({ version: 1, fileNumber: 4, base: 0, historyId }, 1);
  writeFileSync(logFilePath(directory.path, 4), Buffer.concat([header, fromText("whole|torn")]));
  const position = { file: 4, offset: FILE_HEADER_BYTES + 6 };
  const log = new LogWriter({ directory: directory.path, fileBytesMax: 100, historyId }, position);
  expect(content(directory.path, 4)).toBe("whole|");
  log.append([piece("next")]);
  expect(content(directory.path, 4)).toBe("whole|next");
  log.close();
});

test("a file that does not exist where it should cannot be opened", () => {
  using directory = temporaryDirectory();
  const options = { directory: directory.path, fileBytesMax: 100, historyId };
  expect(() => new LogWriter(options, { file: 2, offset: 50 })).toThrow(StorageError);
});

test("an append that fails half-way leaves the log as it was", () => {
  using directory = temporaryDirectory();
  const log = new LogWriter({ directory: directory.path, fileBytesMax: 100, historyId }, NEW);
  log.append([piece("kept")]);
  const { position } = log;
  expect(() => log.append([piece("half a turn"), impossible])).toThrow(StorageError);
  expect(log.position).toEqual(position);
  expect(content(directory.path, 1)).toBe("kept");
  log.append([piece("!")]);
  expect(content(directory.path, 1)).toBe("kept!");
  log.close();
});

test("a full file is rotated when the keyspace says so, and everything is synced together", async () => {
  using directory = temporaryDirectory();
  const log = new LogWriter({ directory: directory.path, fileBytesMax: 50, historyId }, NEW);
  expect(log.isFull).toBe(false);
  log.append([piece("more than fifty bytes, header included")]);
  expect(log.isFull).toBe(true);
  log.rotate();
  expect(log.position).toEqual({ file: 2, offset: FILE_HEADER_BYTES });
  log.append([piece("second")]);
  expect(content(directory.path, 2)).toBe("second");
  expect(log.syncedPosition).toEqual({ file: 1, offset: FILE_HEADER_BYTES });
  await log.sync();
  expect(log.syncedPosition).toEqual(log.position);
  log.fileBytesMax = 1000;
  expect(log.isFull).toBe(false);
  log.close();
});

test("a file that cannot be begun leaves the current one in use", () => {
  using directory = temporaryDirectory();
  const log = new LogWriter({ directory: directory.path, fileBytesMax: 50, historyId }, NEW);
  log.append([piece("first")]);
  // A directory of that name stands in the way.
  mkdirSync(logFilePath(directory.path, 2));
  expect(() => log.rotate()).toThrow(StorageError);
  log.append([piece(" and more")]);
  expect(content(directory.path, 1)).toBe("first and more");
  log.close();
});

/** Syncs that a test ends by hand. */
function heldSyncs() {
  const waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const syncFile = () =>
    new Promise<void>((resolve, reject) => {
      waiting.push({ resolve, reject });
    });
  return { waiting, syncFile };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test("a sync covers what was appended before it began, and a later call waits for its own", async () => {
  using directory = temporaryDirectory();
  const { waiting, syncFile } = heldSyncs();
  const options = { directory: directory.path, fileBytesMax: 100, historyId, syncFile };
  const log = new LogWriter(options, NEW);
  log.append([piece("a")]);
  const first = log.sync();
  const covered = log.position;
  log.append([piece("b")]);
  let isSecondDone = false;
  const second = log.sync().then(() => {
    isSecondDone = true;
  });
  waiting.shift()!.resolve();
  await first;
  await settle();
  expect(log.syncedPosition).toEqual(covered);
  expect(isSecondDone).toBe(false);
  waiting.shift()!.resolve();
  await second;
  expect(log.syncedPosition).toEqual(log.position);
  await log.sync();
  expect(waiting).toEqual([]);
  log.close();
});

test("after a failed sync nothing is called durable, however well the next one would go", async () => {
  using directory = temporaryDirectory();
  let failures = 1;
  let syncs = 0;
  const syncFile = async () => {
    syncs++;
    if (failures-- > 0) throw new Error("EIO");
  };
  const options = { directory: directory.path, fileBytesMax: 100, historyId, syncFile };
  const log = new LogWriter(options, NEW);
  log.append([piece("in doubt")]);
  await expect(log.sync()).rejects.toThrow("fsync: EIO");
  await expect(log.sync()).rejects.toThrow("fsync: EIO");
  expect(syncs).toBe(1);
  expect(log.syncFailure).toBe("fsync: EIO");
  expect(log.syncedPosition).toEqual({ file: 1, offset: FILE_HEADER_BYTES });
  log.close();
});

test("a log that was started over is durable from its new file on", async () => {
  using directory = temporaryDirectory();
  let failures = 2;
  const syncFile = async () => {
    if (failures-- > 0) throw new Error("EIO");
  };
  const options = { directory: directory.path, fileBytesMax: 100, historyId, syncFile };
  const log = new LogWriter(options, NEW);
  log.append([piece("in doubt")]);
  await expect(log.sync()).rejects.toThrow("EIO");
  await expect(log.startOver(historyId)).rejects.toThrow("EIO");
  expect(log.syncFailure).not.toBeNull();
  expect(log.position).toEqual({ file: 2, offset: FILE_HEADER_BYTES });
  await log.startOver(historyId);
  expect(log.position).toEqual({ file: 2, offset: FILE_HEADER_BYTES });
  expect(log.syncFailure).toBeNull();
  expect(log.syncedPosition).toEqual(log.position);
  expect(existsSync(logFilePath(directory.path, 3))).toBe(false);
  log.append([piece("safe")]);
  await log.sync();
  expect(content(directory.path, 2)).toBe("safe");
  log.close();
});
