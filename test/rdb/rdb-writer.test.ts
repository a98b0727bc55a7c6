import { expect, test } from "bun:test";
import { fromText, mapKey } from "../../src/bytes/bytes.ts";
import { RdbReader } from "../../src/rdb/rdb-reader.ts";
import { RdbFullError, RdbWriter } from "../../src/rdb/rdb-writer.ts";

const MB = 1 << 20;

function readerOf(write: (writer: RdbWriter) => void): RdbReader {
  const writer = new RdbWriter(MB);
  write(writer);
  return new RdbReader(writer.bytes, 0, writer.bytes.length, 0);
}

test("lengths come back, each in the least number of bytes", () => {
  const sizes = new Map([
    [0, 1],
    [63, 1],
    [64, 2],
    [16383, 2],
    [16384, 5],
    [2 ** 32 - 1, 5],
    [2 ** 32, 9],
    [2 ** 53 - 1, 9],
  ]);
  for (const [value, size] of sizes) {
    const reader = readerOf((writer) => writer.length(value));
    expect(reader.left).toBe(size);
    expect(reader.length()).toBe(value);
    expect(readerOf((writer) => writer.bigLength(BigInt(value))).left).toBe(size);
  }
});

test("any uint64 can be written as a length", () => {
  const reader = readerOf((writer) => writer.bigLength(2n ** 64n - 1n));
  expect(reader.bigLength()).toBe(2n ** 64n - 1n);
});

test("a part may fill what is left", () => {
  const writer = new RdbWriter(1000);
  writer.raw(new Uint8Array(600));
  writer.part().raw(new Uint8Array(400));
  expect(() => writer.part().raw(new Uint8Array(500))).toThrow(RdbFullError);
  expect(writer.bytes.length).toBe(600);
});

test("strings come back; texts of small integers are short", () => {
  const sizes: [string, number][] = [
    ["", 1],
    ["a", 2],
    ["127", 2],
    ["-128", 2],
    ["128", 3],
    ["-32768", 3],
    ["32768", 5],
    ["-2147483648", 5],
    ["2147483648", 11],
    ["007", 4],
    ["-0", 3],
    ["x".repeat(100), 102],
  ];
  for (const [text, size] of sizes) {
    const reader = readerOf((writer) => writer.string(fromText(text)));
    expect(reader.left).toBe(size);
    expect(mapKey(reader.string())).toBe(text);
  }
});

test("doubles come back", () => {
  for (const value of [0, 1.5, -Infinity, 5e-324]) {
    expect(readerOf((writer) => writer.double(value)).double()).toBe(value);
  }
});

test("nothing grows far beyond the limit", () => {
  const writer = new RdbWriter(1000);
  expect(() => {
    for (let i = 0; i < 2000; i++) writer.byte(1);
  }).toThrow(RdbFullError);
  expect(writer.bytes.length).toBeLessThanOrEqual(1024);
  expect(() => new RdbWriter(1000).raw(new Uint8Array(2000))).toThrow(RdbFullError);
});

test("a time is eight bytes, the least first", () => {
  const writer = new RdbWriter(100);
  writer.uint64(0x0102_0304_0506);
  expect([...writer.bytes]).toEqual([6, 5, 4, 3, 2, 1, 0, 0]);
});

test("a writer with a sink gives away what was written, and keeps little of it", () => {
  const kept = new RdbWriter(MB);
  const pieces: string[] = [];
  const given = new RdbWriter(100_000, (piece) => pieces.push(mapKey(piece)));
  for (const writer of [kept, given]) {
    for (let i = 0; i < 40_000; i++) writer.string(fromText(`item ${i}`));
    writer.string(new Uint8Array(200_000).fill(7));
    writer.double(1.5);
  }
  given.flush();
  expect(given.bytes).toHaveLength(0);
  expect(pieces.length).toBeGreaterThan(5);
  expect(pieces.join("") === mapKey(kept.bytes)).toBe(true);
});
