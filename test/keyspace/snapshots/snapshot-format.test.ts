import { expect, test } from "bun:test";
import { encodeFileHeader } from "../../../src/binlog/event.ts";
import { fromText } from "../../../src/bytes/bytes.ts";
import {
  decodeBlock,
  decodeSnapshotHead,
  encodeEndBlock,
  encodeRowsBlock,
  encodeSnapshotHead,
  forEachRow,
  SNAPSHOT_HEAD_BYTES,
  snapshotRowBytes,
  writeRowLengths,
} from "../../../src/keyspace/snapshots/snapshot-format.ts";

const historyId = new Uint8Array(16).fill(3);
const headerBytes = encodeFileHeader(
  { version: 1, fileNumber: 12, base: 2 ** 40, historyId },
  1700000000,
);
const position = { file: 12, offset: 2 ** 33 + 5 };

function rowsOf(rows: readonly (readonly [string, string])[]): Uint8Array {
  const bytes = new Uint8Array(
    rows.reduce((sum, [key, value]) => sum + snapshotRowBytes(key.length, value.length), 0),
  );
  let at = 0;
  for (const [key, value] of rows) {
    at = writeRowLengths(bytes, at, key.length, value.length);
    bytes.set(fromText(key + value), at);
    at += key.length + value.length;
  }
  return bytes;
}

test("a head says which place of which log the rows are the state of", () => {
  const head = encodeSnapshotHead(position, headerBytes);
  expect(head.length).toBe(SNAPSHOT_HEAD_BYTES);
  expect(Buffer.from(head.subarray(0, 22)).toString("hex")).toBe(
    `${Buffer.from("LEDISDMP").toString("hex")}00010000000c0000000200000005`,
  );
  const decoded = decodeSnapshotHead(head);
  expect(decoded.position).toEqual(position);
  expect(decoded.headerBytes).toEqual(headerBytes);
  expect(decoded.header.base).toBe(2 ** 40);
});

test("a damaged, foreign or newer head is refused", () => {
  const head = encodeSnapshotHead(position, headerBytes);
  for (let i = 0; i < head.length; i++) {
    const damaged = head.slice();
    damaged[i]! ^= 1;
    expect(() => decodeSnapshotHead(damaged)).toThrow(/not a ledis dump|damaged|newer/);
  }
  expect(() => decodeSnapshotHead(head.subarray(0, -1))).toThrow("not a ledis dump");
  expect(() => decodeSnapshotHead(new Uint8Array(0))).toThrow("not a ledis dump");
});

test("rows come back from a block as they went in", () => {
  const rows = rowsOf([
    ["key", "value"],
    ["empty", ""],
    ["long", "x".repeat(1000)],
  ]);
  const block = decodeBlock(encodeRowsBlock(rows));
  if (block.kind !== "rows") throw new Error("no rows");
  const found: string[] = [];
  forEachRow(block.rows, (keyStart, valueStart, end) => {
    const text = Buffer.from(block.rows);
    found.push(`${text.subarray(keyStart, valueStart)}=${end - valueStart}`);
  });
  expect(found).toEqual(["key=5", "empty=0", "long=1000"]);
  expect(decodeBlock(encodeEndBlock(2 ** 40))).toEqual({ kind: "end", rowCount: 2 ** 40 });
});

test("a damaged block is refused, whichever byte it is", () => {
  for (const block of [encodeRowsBlock(rowsOf([["key", "value"]])), encodeEndBlock(7)]) {
    for (let i = 0; i < block.length; i++) {
      const damaged = block.slice();
      damaged[i]! ^= 2;
      expect(() => decodeBlock(damaged)).toThrow("damaged");
    }
    expect(() => decodeBlock(block.subarray(0, -1))).toThrow("damaged");
  }
  expect(() => decodeBlock(new Uint8Array(0))).toThrow("damaged");
});

test("rows whose lengths do not fit are refused", () => {
  const rows = rowsOf([["key", "value"]]);
  for (const cut of [1, 5, rows.length - 1]) {
    expect(() => forEachRow(rows.subarray(0, cut), () => {})).toThrow("damaged");
  }
  rows[0] = 0xff;
  expect(() => forEachRow(rows, () => {})).toThrow("damaged");
});
