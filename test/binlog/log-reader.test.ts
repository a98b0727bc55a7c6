import { expect, test } from "bun:test";
import { unlinkSync, writeFileSync } from "node:fs";
import { encodeFileHeader, FILE_HEADER_BYTES } from "../../src/binlog/event.ts";
import { LogCatalog } from "../../src/binlog/log-catalog.ts";
import { logFilePath } from "../../src/binlog/log-files.ts";
import { LogReader } from "../../src/binlog/log-reader.ts";
import { type Bytes, concatBytes, fromText } from "../../src/bytes/bytes.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { putEvent, turnBytes } from "../support/turn-bytes.ts";

const historyId = new Uint8Array(16).fill(7);
const turn = (key: string, bytes = 10) =>
  turnBytes([putEvent(fromText(key), new Uint8Array(bytes))]);

/** A log of two files: two turns, then one. */
function makeLog(directory: string) {
  const turns: [Bytes, Bytes, Bytes] = [turn("a"), turn("bb"), turn("c", 5000)];
  const header = (fileNumber: number, base: number) =>
    encodeFileHeader({ version: 1, fileNumber, base, historyId }, 1);
  const first = concatBytes(header(1, 0), turns[0], turns[1]);
  const second = concatBytes(header(2, first.length), turns[2]);
  writeFileSync(logFilePath(directory, 1), first);
  writeFileSync(logFilePath(directory, 2), second);
  const reader = new LogReader(directory, new LogCatalog(directory));
  return { reader, first, second, turns, end: { file: 2, offset: second.length } };
}

test("whole turns are read, as many as fit but at least one, and the next place is told", async () => {
  using directory = temporaryDirectory();
  const { reader, first, second, turns, end } = makeLog(directory.path);
  const at = (file: number, offset: number) => ({ file, offset });
  const start = FILE_HEADER_BYTES;
  const behindFirst = start + turns[0].length;
  const read = (file: number, offset: number, bytesMax: number) =>
    reader.read(at(file, offset), historyId, end, bytesMax);
  expect(await read(1, start, turns[0].length + 3)).toEqual({
    kind: "turns",
    bytes: turns[0],
    next: at(1, behindFirst),
  });
  expect(await read(1, start, 3)).toMatchObject({ bytes: turns[0] });
  expect(await read(1, 0, 1000)).toMatchObject({ bytes: first, next: at(2, 0) });
  expect(await read(2, 0, 10)).toMatchObject({ next: at(2, start) });
  expect(await read(2, start, 10)).toMatchObject({ bytes: turns[2], next: end });
  expect(await read(2, 0, 1 << 20)).toMatchObject({ bytes: second, next: end });
  expect(await read(2, end.offset, 10)).toEqual({ kind: "end" });
  expect(await read(1, first.length, 10)).toMatchObject({ kind: "turns", next: at(2, 0) });
});

test("a place that is not in this log is gone", async () => {
  using directory = temporaryDirectory();
  const { reader, first, end } = makeLog(directory.path);
  const kindAt = async (file: number, offset: number, id: Uint8Array | null = historyId) =>
    (await reader.read({ file, offset }, id, end, 1000)).kind;
  expect(await kindAt(3, 0)).toBe("gone");
  expect(await kindAt(0, 0)).toBe("gone");
  expect(await kindAt(2, end.offset + 1)).toBe("gone");
  expect(await kindAt(1, first.length + 1)).toBe("gone");
  expect(await kindAt(1, -1)).toBe("gone");
  expect(await kindAt(1, FILE_HEADER_BYTES - 1)).toBe("gone");
  expect(await kindAt(1, FILE_HEADER_BYTES, new Uint8Array(16))).toBe("gone");
  expect(await kindAt(1, FILE_HEADER_BYTES, null)).toBe("turns");
  unlinkSync(logFilePath(directory.path, 1));
  expect(await kindAt(1, FILE_HEADER_BYTES)).toBe("gone");
});

test("a hole is not read as turns", async () => {
  using directory = temporaryDirectory();
  const header = encodeFileHeader({ version: 1, fileNumber: 1, base: 0, historyId }, 1);
  const content = concatBytes(header, new Uint8Array(5000), turn("x"));
  writeFileSync(logFilePath(directory.path, 1), content);
  const reader = new LogReader(directory.path, new LogCatalog(directory.path));
  const end = { file: 1, offset: content.length };
  const from = { file: 1, offset: FILE_HEADER_BYTES };
  expect((await reader.read(from, historyId, end, 1000)).kind).toBe("gone");
  const behind = { file: 1, offset: FILE_HEADER_BYTES + 5000 };
  expect((await reader.read(behind, historyId, end, 1000)).kind).toBe("turns");
});
