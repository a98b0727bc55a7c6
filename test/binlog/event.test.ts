import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  decodeFileHeader,
  encodeFileHeader,
  eventEnd,
  FILE_HEADER_BYTES,
  isPut,
  keyEnd,
  keyHash,
  keyStart,
  LOG_VERSION,
  putEventBytes,
  readU32,
  TURN_END_BYTES,
  writeTurnEndHead,
  writeU32,
} from "../../src/binlog/event.ts";
import { fromText } from "../../src/bytes/bytes.ts";
import { crc32 } from "../../src/bytes/crc32.ts";
import { hashBytes } from "../../src/bytes/hash.ts";
import { deleteEvent, putEvent } from "../support/turn-bytes.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

test("a put is LedisDB's: time, length, 1, key length u16, key, value", () => {
  const event = putEvent(fromText("key"), fromText("val"), 0x01020304);
  expect(hex(event)).toBe(`01020304${"00000009"}01${"0003"}${"6b6579"}${"76616c"}`);
});

test("a delete is LedisDB's: time, length, 0, key", () => {
  expect(hex(deleteEvent(fromText("key"), 0x01020304))).toBe(`01020304${"00000004"}00${"6b6579"}`);
});

test("a put whose key does not fit a u16 is a command of ours with a u32", () => {
  const key = new Uint8Array(65536).fill(7);
  const event = putEvent(key, fromText("v"));
  expect(hex(event.subarray(0, 14))).toBe(`00000001${"00010007"}02${"02"}${"00010000"}`);
  expect(event.length).toBe(putEventBytes(65536, 1));
});

test("a turn's end is 18 bytes: command 1, event count, room for the CRC", () => {
  const bytes = new Uint8Array(TURN_END_BYTES);
  writeTurnEndHead(bytes, 0, 5, 7);
  expect(hex(bytes)).toBe(`00000005${"0000000a"}02${"01"}${"00000007"}${"00000000"}`);
});

test("key and value are found again in puts of both forms and in deletes", () => {
  for (const keyBytes of [0, 1, 65535, 65536, 70000]) {
    const key = new Uint8Array(keyBytes).fill(0xff);
    for (const valueBytes of [0, 1, 300]) {
      const event = putEvent(key, new Uint8Array(valueBytes).fill(0xfe));
      expect(isPut(event, 0)).toBe(true);
      expect(keyEnd(event, 0) - keyStart(event, 0)).toBe(keyBytes);
      expect(keyHash(event, 0)).toBe(hashBytes(event, keyStart(event, 0), keyEnd(event, 0)));
      expect(eventEnd(event, 0) - keyEnd(event, 0)).toBe(valueBytes);
      expect(eventEnd(event, 0)).toBe(event.length);
    }
    const event = deleteEvent(key);
    expect(isPut(event, 0)).toBe(false);
    expect(keyEnd(event, 0) - keyStart(event, 0)).toBe(keyBytes);
  }
});

test("u32 keeps all 32 bits", () => {
  const bytes = new Uint8Array(6);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (value) => {
      writeU32(bytes, 1, value);
      expect(readU32(bytes, 1)).toBe(value);
    }),
  );
});

const historyId = Uint8Array.from({ length: 16 }, (_, i) => 0xf0 + i);

test("a file header says version, number and history, under a CRC", () => {
  const header = { version: LOG_VERSION, fileNumber: 0xfffffffe, base: 0x12_3456_789a, historyId };
  const bytes = encodeFileHeader(header, 9);
  expect(bytes.length).toBe(FILE_HEADER_BYTES);
  expect(hex(bytes.subarray(0, FILE_HEADER_BYTES - 4))).toBe(
    `00000009${"00000024"}02${"03"}${"0001"}fffffffe${"000000123456789a"}${hex(historyId)}`,
  );
  expect(readU32(bytes, FILE_HEADER_BYTES - 4)).toBe(
    crc32(bytes.subarray(0, FILE_HEADER_BYTES - 4)),
  );
  expect(decodeFileHeader(bytes)).toEqual(header);
});

test("a file header that is cut short or has any bit flipped is none", () => {
  const bytes = encodeFileHeader({ version: 1, fileNumber: 3, base: 0x12_3456_789a, historyId }, 9);
  for (let length = 0; length < bytes.length; length++) {
    expect(decodeFileHeader(bytes.subarray(0, length))).toBeNull();
  }
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = bytes.slice();
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    expect(decodeFileHeader(flipped)).toBeNull();
  }
});
