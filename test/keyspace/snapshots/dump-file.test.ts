import { expect, test } from "bun:test";
import { existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { encodeFileHeader } from "../../../src/binlog/event.ts";
import { type Bytes, concatBytes, fromText } from "../../../src/bytes/bytes.ts";
import { DumpReader, DumpWriter } from "../../../src/keyspace/snapshots/dump-file.ts";
import {
  encodeEndBlock,
  encodeRowsBlock,
  encodeSnapshotHead,
  writeRowLengths,
} from "../../../src/keyspace/snapshots/snapshot-format.ts";
import { temporaryPaths } from "../../support/offline-data.ts";

const header = { version: 1, fileNumber: 3, base: 9, historyId: new Uint8Array(16).fill(7) };
const head = encodeSnapshotHead({ file: 3, offset: 99 }, encodeFileHeader(header, 1));

function row(key: string, value: string): Bytes {
  const lengths = new Uint8Array(8);
  writeRowLengths(lengths, 0, key.length, value.length);
  return concatBytes(lengths, fromText(key), fromText(value));
}

const rows = encodeRowsBlock(concatBytes(row("a", "1"), row("b", "2")));

function blocksOf(path: string): Bytes[] {
  const reader = new DumpReader(path);
  try {
    const blocks: Bytes[] = [];
    for (let block = reader.next(); block !== null; block = reader.next()) blocks.push(block);
    return blocks;
  } finally {
    reader.close();
  }
}

test("what is written is read, and the file has its name only when it is complete", () => {
  using paths = temporaryPaths();
  const path = paths.of("dump");
  const writer = new DumpWriter(path, head);
  writer.add(rows);
  expect(() => writer.finish()).toThrow("incomplete");
  expect(existsSync(path)).toBe(false);
  writer.add(encodeEndBlock(2));
  expect(() => writer.add(rows)).toThrow("behind its end");
  writer.finish();
  expect(existsSync(`${path}.tmp`)).toBe(false);
  expect(writer.size).toBe(readFileSync(path).length);
  expect(blocksOf(path)).toEqual([rows, encodeEndBlock(2)]);
});

test("a damaged block and a wrong count are refused, and nothing is left of an abandoned dump", () => {
  using paths = temporaryPaths();
  const writer = new DumpWriter(paths.of("dump"), head);
  const damaged = rows.slice();
  damaged[damaged.length - 1]! ^= 1;
  expect(() => writer.add(damaged)).toThrow("damaged");
  expect(() => writer.add(encodeEndBlock(1))).toThrow("1 rows, 0 arrived");
  writer.abandon();
  expect(existsSync(`${paths.of("dump")}.tmp`)).toBe(false);
  expect(() => new DumpWriter(paths.of("dump"), rows)).toThrow("not a ledis dump");
});

test("a file cut anywhere is told", () => {
  using paths = temporaryPaths();
  const path = paths.of("dump");
  const writer = new DumpWriter(path, head);
  for (const block of [rows, encodeEndBlock(2)]) writer.add(block);
  writer.finish();
  const whole = readFileSync(path);
  for (let size = whole.length - 1; size >= 0; size--) {
    truncateSync(path, size);
    let blocks: number;
    try {
      blocks = blocksOf(path).length;
    } catch (error) {
      expect(String(error)).toMatch(/cut short|not a ledis dump/);
      continue;
    }
    // Cut between blocks: the end block is missing.
    expect(blocks).toBeLessThan(2);
  }
  writeFileSync(path, concatBytes(whole, whole.subarray(0, 2)));
  expect(() => blocksOf(path)).toThrow("cut short");
});
