import { describe, expect, test } from "bun:test";
import { checkValue } from "../../src/rdb/check-value.ts";
import { openPayload } from "../../src/rdb/dump-payload.ts";
import { RdbError } from "../../src/rdb/rdb-error.ts";
import { openValue } from "../../src/rdb/rdb-value.ts";
import { contentOf, redisPayload, redisPayloads } from "./redis-payloads.ts";
import { redisStreams, streamContentOf } from "./redis-streams.ts";
import { nodesOf, streamBytes } from "./stream-bytes.ts";

const MB = 1 << 20;

describe("values that Redis has written", () => {
  test.each(redisPayloads)("$name", ({ type, payload, value }) => {
    const read = openPayload(payload, MB);
    expect(read.type).toBe(type);
    expect(contentOf(read)).toEqual(value);
    checkValue(read);
  });
});

test("a value can be gone through again and again", () => {
  const { payload, value } = redisPayload("hash listpack of 300, compressed");
  const read = openPayload(payload, MB);
  for (let i = 0; i < 3; i++) expect(contentOf(read)).toEqual(value);
});

test.each(redisStreams)("the stream: $name", ({ payload, value }) => {
  const read = openPayload(payload, MB);
  for (let i = 0; i < 2; i++) expect(streamContentOf(read)).toEqual(value);
});

test("a stream can be of three versions", () => {
  const { length, lastId } = { length: 0, lastId: "7-0" };
  for (const version of [1, 2, 3] as const) {
    const buffer = streamBytes(version, { nodes: nodesOf(), length, lastId });
    const [type, end] = [buffer[0]!, buffer.length];
    const value = openValue({ buffer, start: 1, end, type, expandedBytesMax: 0 });
    expect(streamContentOf(value)).toMatchObject({ length, lastId, entries: [], groups: [] });
  }
});

test("compressed strings come to no more than is allowed", () => {
  const { payload } = redisPayload("list with compressed nodes");
  expect(() => contentOf(openPayload(payload, 1500))).not.toThrow();
  expect(() => contentOf(openPayload(payload, 500))).toThrow(
    new RdbError("compressed strings come to too much"),
  );
});

test("types that are not stored here are named", () => {
  const open = (type: number) => () =>
    openValue({ buffer: new Uint8Array(4), start: 0, end: 4, type, expandedBytesMax: 0 });
  expect(open(7)).toThrow(new RdbError("modules cannot be stored here"));
  expect(open(99)).toThrow(new RdbError("values of type 99 cannot be stored here"));
});
