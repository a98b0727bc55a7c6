import { expect, test } from "bun:test";
import { RdbEndError } from "../../src/rdb/rdb-error.ts";
import { RdbReader } from "../../src/rdb/rdb-reader.ts";
import { readId, streamHead } from "../../src/rdb/stream-head.ts";
import { idOf, nodesOf, streamBytes } from "./stream-bytes.ts";

const parts = {
  nodes: nodesOf([idOf("1-0"), Uint8Array.of(1, 2, 3)]),
  length: 70_000,
  lastId: "18446744073709551615-5",
  maxDeletedId: "4-18446744073709551615",
  entriesAdded: 2n ** 64n - 1n,
};
const groupCount = (reader: RdbReader) => [reader.length(), reader.left];

test.each([2, 3] as const)("all numbers are in version %d", (version) => {
  const bytes = streamBytes(version, parts);
  const reader = new RdbReader(bytes, 1, bytes.length, 0);
  expect(streamHead(reader, version)).toEqual({
    length: 70_000,
    lastId: idOf(parts.lastId),
    maxDeletedId: idOf(parts.maxDeletedId),
    entriesAdded: parts.entriesAdded,
  });
  expect(groupCount(reader)).toEqual([0, 0]);
});

test("version 1 has no more than the entries that there are", () => {
  const bytes = streamBytes(1, parts);
  const reader = new RdbReader(bytes, 1, bytes.length, 0);
  expect(streamHead(reader, 1)).toEqual({
    length: 70_000,
    lastId: idOf(parts.lastId),
    maxDeletedId: idOf("0-0"),
    entriesAdded: 70_000n,
  });
  expect(groupCount(reader)).toEqual([0, 0]);
});

test("an id that is cut off ends too early", () => {
  const bytes = Uint8Array.of(5, 0x41, 0);
  expect(readId(new RdbReader(bytes, 0, 3, 0))).toEqual(idOf("5-256"));
  expect(() => readId(new RdbReader(bytes, 0, 2, 0))).toThrow(RdbEndError);
});
