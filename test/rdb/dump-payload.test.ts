import { expect, test } from "bun:test";
import { fromText, mapKey } from "../../src/bytes/bytes.ts";
import { isSealed, openPayload, sealPayload } from "../../src/rdb/dump-payload.ts";
import { RdbError } from "../../src/rdb/rdb-error.ts";
import { RDB_STRING } from "../../src/rdb/rdb-types.ts";
import { RdbFullError, type RdbWriter } from "../../src/rdb/rdb-writer.ts";
import { redisPayload, redisPayloads } from "./redis-payloads.ts";
import { sealBytes } from "./seal-bytes.ts";

function writeText(text: string): (writer: RdbWriter) => void {
  return (writer) => {
    writer.byte(RDB_STRING);
    writer.string(fromText(text));
  };
}

test("a payload holds what was written", () => {
  const payload = sealPayload(writeText("hello"), 100);
  expect(isSealed(payload)).toBe(true);
  const value = openPayload(payload, 0);
  expect(value.type === "string" && mapKey(value.bytes())).toBe("hello");
});

test("but for the version, it is Redis's to the byte", () => {
  const { payload } = redisPayload("string 2: 10");
  const own = sealPayload(writeText("10"), 100);
  expect(own.subarray(0, -10)).toEqual(payload.subarray(0, -10));
});

test("payloads up to the limit are written, longer ones are not", () => {
  expect(sealPayload(writeText("x".repeat(50)), 62).length).toBe(62);
  expect(() => sealPayload(writeText("x".repeat(50)), 61)).toThrow(RdbFullError);
});

test("all payloads of Redis are whole", () => {
  for (const { payload } of redisPayloads) expect(isSealed(payload)).toBe(true);
});

test("no byte may be another one, and none may be missing", () => {
  const payload = sealPayload(writeText("hello"), 100);
  for (let at = 0; at < payload.length; at++) {
    const damaged = payload.slice();
    damaged[at] = damaged[at]! ^ 1;
    expect(isSealed(damaged)).toBe(false);
    expect(isSealed(payload.subarray(0, at))).toBe(false);
  }
});

test("versions of the future are refused", () => {
  const body = Uint8Array.of(RDB_STRING, 1, 97);
  expect(isSealed(sealBytes(body, 12))).toBe(true);
  expect(isSealed(sealBytes(body, 13))).toBe(false);
});

test("nothing may follow the value, and nothing may be missing", () => {
  expect(() => openPayload(sealBytes(Uint8Array.of(RDB_STRING, 1, 97, 98)), 0)).toThrow(
    new RdbError("something follows the value"),
  );
  expect(() => openPayload(sealBytes(Uint8Array.of(RDB_STRING, 2, 97)), 0)).toThrow(RdbError);
  expect(() => openPayload(sealBytes(new Uint8Array(0)), 0)).toThrow(RdbError);
});
