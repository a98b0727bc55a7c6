import { expect, test } from "bun:test";
import {
  collectionId,
  EXPIRE_AT_MAX_MS,
  expireAtMs,
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
} from "../../src/keyspace/key-row.ts";
import { writeU48 } from "../../src/keyspace/row-key.ts";

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
