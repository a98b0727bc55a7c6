import { expect, test } from "bun:test";
import { fromText, toText } from "../../src/bytes/bytes.ts";
import { isSealed, sealPayload } from "../../src/rdb/dump-payload.ts";
import { openLibraries, sealLibraries } from "../../src/rdb/function-payload.ts";

const MAX = 1 << 20;
/** In hex. */
const EMPTY_PAYLOAD = "0a005d9b5c400f7fa2da";

test("libraries come back as they went, in their order", () => {
  const codes = ["#!lua name=a\n", "12", "x".repeat(70_000)];
  const payload = sealLibraries(codes.map(fromText), MAX);
  expect(isSealed(payload)).toBe(true);
  expect(Array.from(openLibraries(payload, MAX), toText)).toEqual(codes);
});

test("no libraries are the payload that Redis 7.0 makes of none", () => {
  const payload = Uint8Array.fromHex(EMPTY_PAYLOAD);
  expect(sealLibraries([], MAX)).toEqual(payload);
  expect([...openLibraries(payload, MAX)]).toEqual([]);
});

test.each([
  [[0, 1, 97], "given type is not a function"],
  [[246, 1, 97], "Pre-GA function format not supported"],
  [[245, 9, 97], "Failed loading library payload"],
])("%j is refused", (bytes, error) => {
  const payload = sealPayload((writer) => writer.raw(Uint8Array.from(bytes)), MAX);
  expect(() => [...openLibraries(payload, MAX)]).toThrow(error);
});

test("what is longer than it may be is refused", () => {
  expect(() => sealLibraries([new Uint8Array(100)], 50)).toThrow("too long");
});
