import { expect, test } from "bun:test";
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeFileHeader, FILE_HEADER_BYTES } from "../../src/binlog/event.ts";
import { LogFileWalk, type WalkEnd } from "../../src/binlog/log-file-walk.ts";
import { concatBytes, fromText } from "../../src/bytes/bytes.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { putEvent, turnBytes } from "../support/turn-bytes.ts";

const header = encodeFileHeader(
  { version: 1, fileNumber: 1, base: 0, historyId: new Uint8Array(16).fill(7) },
  1000,
);

function turn(text: string, bytes = 20): Uint8Array {
  return turnBytes([putEvent(fromText(`\x01\0\0\0\0${text}`), new Uint8Array(bytes))], 0x6b000000);
}

/** Offsets of the turns, and how the walk ended. */
function walkOf(content: Uint8Array, windowBytes?: number) {
  using directory = temporaryDirectory();
  const path = join(directory.path, "log");
  writeFileSync(path, content);
  using walk = new LogFileWalk(path, windowBytes);
  const offsets: number[] = [];
  const turns = walk.turns();
  for (;;) {
    const next = turns.next();
    if (next.done) return { offsets, end: next.value, header: walk.header, isOurs: walk.isOurs };
    offsets.push(next.value.offset);
  }
}

test("turns come whole whatever the window, and a turn may be longer than it", () => {
  const content = concatBytes(header, turn("a"), turn("b", 5000), turn("c"));
  const second = FILE_HEADER_BYTES + turn("a").length;
  const offsets = [FILE_HEADER_BYTES, second, second + turn("b", 5000).length];
  const end: WalkEnd = { offset: content.length, stop: null, size: content.length };
  for (const window of [64, 100, 4096, 1 << 20]) {
    const found = walkOf(content, window);
    expect({ offsets: found.offsets, end: found.end }).toEqual({ offsets, end });
  }
});

test("a file may hold its header alone", () => {
  const { offsets, end } = walkOf(header);
  expect(offsets).toEqual([]);
  expect(end).toEqual({ offset: header.length, stop: null, size: header.length });
});

test("an end within a turn is incomplete, wherever it is cut", () => {
  const whole = concatBytes(header, turn("a"));
  for (const length of [3, 9, 20, turn("b").length - 1]) {
    const { offsets, end } = walkOf(concatBytes(whole, turn("b").subarray(0, length)), 64);
    expect(offsets).toEqual([FILE_HEADER_BYTES]);
    expect(end).toMatchObject({ offset: whole.length, stop: "incomplete" });
  }
});

test("a changed byte, and a length that reaches beyond the file with turns behind it, are damage", () => {
  const content = concatBytes(header, turn("a"), turn("b"), turn("c"));
  const second = FILE_HEADER_BYTES + turn("a").length;
  for (const at of [second + 20, second + 4]) {
    const bytes = content.slice();
    bytes[at]! ^= 0x7f;
    for (const window of [64, 1 << 20]) {
      const { offsets, end } = walkOf(bytes, window);
      expect(offsets).toEqual([FILE_HEADER_BYTES]);
      expect(end).toMatchObject({ offset: second, stop: "damaged" });
    }
  }
});

test("the hole of a copy is passed, and a hole up to the end is an end", () => {
  const hole = new Uint8Array(10_000);
  const { offsets, end } = walkOf(concatBytes(header, hole, turn("a")), 512);
  expect(offsets).toEqual([FILE_HEADER_BYTES + hole.length]);
  expect(end.stop).toBeNull();
  expect(walkOf(concatBytes(header, hole)).end).toMatchObject({ stop: null, offset: 10_044 });
});

test("what is appended while it is read is read", () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, "log");
  writeFileSync(path, concatBytes(header, turn("a")));
  using walk = new LogFileWalk(path);
  const turns = walk.turns();
  turns.next();
  appendFileSync(path, turn("b"));
  expect(turns.next()).toMatchObject({ done: false });
  expect(turns.next()).toMatchObject({ done: true, value: { stop: null } });
});

test("a damaged header is told from another program's file", () => {
  const damaged = header.slice();
  damaged[20]! ^= 1;
  expect(walkOf(damaged)).toMatchObject({ header: null, isOurs: true });
  expect(walkOf(putEvent(fromText("\0\x01a"), fromText("1")))).toMatchObject({
    header: null,
    isOurs: false,
  });
});
