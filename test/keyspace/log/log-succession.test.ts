import { expect, test } from "bun:test";
import { FILE_HEADER_BYTES } from "../../../src/binlog/event.ts";
import { readHeaderBytes } from "../../../src/binlog/log-catalog.ts";
import { logFilePath } from "../../../src/binlog/log-files.ts";
import { LogWriter } from "../../../src/binlog/log-writer.ts";
import { fromText } from "../../../src/bytes/bytes.ts";
import { LogMismatch } from "../../../src/keyspace/log/foreign-turns.ts";
import { LogSuccession } from "../../../src/keyspace/log/log-succession.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { putEvent, turnBytes } from "../../support/turn-bytes.ts";

const historyId = new Uint8Array(16).fill(1);
const TURN = turnBytes([putEvent(fromText("k"), fromText("v"))]);

function makeLog(isOwnRun: boolean) {
  const directory = temporaryDirectory();
  const options = { directory: directory.path, fileBytesMax: 200, historyId };
  const log = new LogWriter(options, { file: 1, offset: 0 });
  const succession = new LogSuccession(log, isOwnRun);
  const append = (bytes: number) => {
    log.append([{ buffer: new Uint8Array(bytes), start: 0, end: bytes }]);
  };
  const dispose = () => {
    log.close();
    directory[Symbol.dispose]();
  };
  return { directory, log, succession, append, [Symbol.dispose]: dispose };
}

test("a file that this process began is gone on with until it is full or somebody asks", () => {
  using test = makeLog(true);
  const { log, succession } = test;
  expect(succession.prepareTurn()).toBe(false);
  test.append(300);
  expect(succession.prepareTurn()).toBe(true);
  expect(log.header).toMatchObject({ fileNumber: 2, historyId, base: FILE_HEADER_BYTES + 300 });
  succession.rotateSoon();
  expect(succession.prepareTurn()).toBe(true);
  expect(succession.prepareTurn()).toBe(false);
  expect(log.position.file).toBe(3);
});

test("the first turn in somebody else's file begins a file of another history", () => {
  using test = makeLog(false);
  const { log, succession } = test;
  expect(succession.prepareTurn()).toBe(true);
  expect(log.position).toEqual({ file: 2, offset: FILE_HEADER_BYTES });
  expect(log.header.historyId).not.toEqual(historyId);
  expect(succession.prepareTurn()).toBe(false);
});

test("who follows takes no turn of its own; who leads again begins a history, who led already none", () => {
  using test = makeLog(true);
  const { log, succession } = test;
  succession.lead();
  expect(succession.prepareTurn()).toBe(false);
  succession.isFollowing = true;
  expect(() => succession.prepareTurn()).toThrow("follows another server");
  succession.lead();
  expect(succession.prepareTurn()).toBe(true);
  expect(log.header.historyId).not.toEqual(historyId);
});

test("foreign turns go on at the end, or begin the next file with their own header", () => {
  using test = makeLog(true);
  using master = makeLog(true);
  const { log, succession } = test;
  const end = log.position;
  expect(succession.prepareForeign(end, TURN)).toBe(0);
  for (const at of [
    { ...end, offset: end.offset + 1 },
    { file: 2, offset: end.offset },
    { file: 3, offset: 0 },
    { file: 1, offset: 0 },
  ]) {
    expect(() => succession.prepareForeign(at, TURN)).toThrow(LogMismatch);
  }
  expect(() => succession.prepareForeign({ file: 2, offset: 0 }, TURN)).toThrow(LogMismatch);
  expect(() => succession.prepareForeign(end, TURN.subarray(1))).toThrow(LogMismatch);
  master.log.rotate();
  const header = readHeaderBytes(logFilePath(master.directory.path, 2));
  expect(succession.prepareForeign({ file: 2, offset: 0 }, Buffer.concat([header, TURN]))).toBe(
    FILE_HEADER_BYTES,
  );
  expect(log.header).toEqual(master.log.header);
});
