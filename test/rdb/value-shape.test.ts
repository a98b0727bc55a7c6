import { expect, test } from "bun:test";
import { RdbEndError, RdbError } from "../../src/rdb/rdb-error.ts";
import { RdbReader } from "../../src/rdb/rdb-reader.ts";
import { foreignName, skipValue } from "../../src/rdb/value-shape.ts";
import { redisPayloads } from "./redis-payloads.ts";
import { redisStreams } from "./redis-streams.ts";

const FOOTER_BYTES = 10;

test("every value of Redis ends where its payload does", () => {
  for (const { name, payload } of [...redisPayloads, ...redisStreams]) {
    const reader = new RdbReader(payload, 1, payload.length - FOOTER_BYTES, 0);
    skipValue(reader, payload[0]!);
    expect([name, reader.left]).toEqual([name, 0]);
  }
});

test("a value that is not all there ends too early", () => {
  for (const { payload } of [...redisPayloads, ...redisStreams]) {
    const end = payload.length - FOOTER_BYTES;
    for (const cut of [1, 2, 5, end >> 1]) {
      if (end - cut < 1) continue;
      const reader = new RdbReader(payload, 1, end - cut, 0);
      expect(() => skipValue(reader, payload[0]!)).toThrow(RdbEndError);
    }
  }
});

test("a huge count ends with the bytes", () => {
  const bytes = Uint8Array.of(0x81, 0, 0x1f, 255, 255, 255, 255, 255, 255, 0, 0, 0);
  expect(() => skipValue(new RdbReader(bytes, 0, bytes.length, 0), 1)).toThrow(RdbEndError);
});

test("unknown types cannot be skipped, foreign ones can", () => {
  const reader = () => new RdbReader(Uint8Array.of(1, 0), 0, 2, 0);
  expect(() => skipValue(reader(), 8)).toThrow(new RdbError("values of type 8 are unknown"));
  expect(() => skipValue(reader(), 6)).toThrow(RdbError);
  skipValue(reader(), 7);
  expect([7, 15, 19, 21, 0, 8].map(foreignName)).toEqual(["module", null, null, null, null, null]);
});
