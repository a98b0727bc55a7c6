import { expect, test } from "bun:test";
import {
  collectionId,
  dueAtMs,
  EXPIRE_AT_MAX_MS,
  endsAtMs,
  expireAtMs,
  fieldsDueAtMs,
  hasTtl,
  headBytes,
  KEY_HEAD_BYTES,
  restStart,
  rowType,
  TYPE_BITMAP,
  TYPE_HASH,
  TYPE_LIST,
  TYPE_SET,
  TYPE_STRING,
  TYPE_ZSET,
  writeHead,
} from "../../../src/keyspace/rows/key-row.ts";
import { writeU48 } from "../../../src/keyspace/rows/row-key.ts";

const types = [TYPE_STRING, TYPE_HASH, TYPE_LIST, TYPE_ZSET, TYPE_BITMAP, TYPE_SET];

test("type and TTL are read as they were written", () => {
  for (const type of types) {
    for (const expireAt of [0, 1, 1_700_000_000_000, EXPIRE_AT_MAX_MS]) {
      const bytes = new Uint8Array(20).fill(0xff);
      expect(writeHead(bytes, 3, type, expireAt)).toBe(3 + headBytes(expireAt));
      expect(rowType(bytes, 3)).toBe(type);
      expect(hasTtl(bytes, 3)).toBe(expireAt !== 0);
      expect(expireAtMs(bytes, 3)).toBe(expireAt);
      expect(restStart(bytes, 3)).toBe(3 + headBytes(expireAt));
    }
  }
});

test("the bytes on disk: type, bit 7 for a TTL, TTL in 48 bits", () => {
  const bytes = new Uint8Array(7);
  writeHead(bytes, 0, TYPE_SET, 0x010203040506);
  expect(Buffer.from(bytes).toString("hex")).toBe("8b010203040506");
});

test("a collection's id is found behind type and TTL, within the head; a string has none", () => {
  for (const expireAt of [0, 5]) {
    const bytes = new Uint8Array(KEY_HEAD_BYTES);
    const at = writeHead(bytes, 0, TYPE_HASH, expireAt);
    writeU48(bytes, at, 2 ** 47 + 1);
    expect(collectionId(bytes, 0)).toBe(2 ** 47 + 1);
    writeHead(bytes, 0, TYPE_STRING, expireAt);
    expect(collectionId(bytes, 0)).toBe(0);
  }
});

test("a hash's row says when its fields end: the first, and the last if all do", () => {
  const row = (type: number, expireAt: number, size: number, count: number): Uint8Array => {
    const bytes = new Uint8Array(headBytes(expireAt) + 30);
    const at = writeHead(bytes, 0, type, expireAt);
    for (const [i, value] of [7, size, 100, count, 200].entries())
      writeU48(bytes, at + 6 * i, value);
    return bytes;
  };
  const times = (bytes: Uint8Array) =>
    [endsAtMs, fieldsDueAtMs, dueAtMs].map((read) => read(bytes, 0, bytes.length));
  expect(times(row(TYPE_HASH, 0, 3, 2))).toEqual([0, 100, 100]);
  expect(times(row(TYPE_HASH, 0, 2, 2))).toEqual([200, 100, 100]);
  expect(times(row(TYPE_HASH, 150, 2, 2))).toEqual([150, 100, 100]);
  expect(times(row(TYPE_HASH, 50, 3, 2))).toEqual([50, 100, 50]);
  expect(times(row(TYPE_LIST, 50, 2, 2))).toEqual([50, 0, 50]);
  expect(times(row(TYPE_HASH, 0, 2, 2).subarray(0, 13))).toEqual([0, 0, 0]);
  expect(row(TYPE_HASH, 50, 2, 2).length).toBeLessThanOrEqual(KEY_HEAD_BYTES);
});
