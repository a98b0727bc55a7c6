import { expect, test } from "bun:test";
import fc from "fast-check";
import { compareBytes, fromText, mapKey } from "../../src/bytes/bytes.ts";
import {
  msOf,
  parseStreamId,
  parseUint64,
  STREAM_ID_MAX,
  STREAM_ID_MIN,
  seqOf,
  streamId,
  streamIdAfter,
  streamIdBefore,
  streamIdText,
} from "../../src/bytes/stream-id.ts";

const MAX = 2n ** 64n - 1n;
const uint64 = fc.bigInt(0n, MAX);

test("an id is what its two numbers are, and ordered as they are", () => {
  fc.assert(
    fc.property(uint64, uint64, uint64, uint64, (ms, seq, otherMs, otherSeq) => {
      const id = streamId(ms, seq);
      expect([msOf(id), seqOf(id)]).toEqual([ms, seq]);
      expect(parseStreamId(streamIdText(id), 0n)).toEqual(id);
      const order = ms === otherMs ? seq - otherSeq : ms - otherMs;
      const sign = Math.sign(compareBytes(id, streamId(otherMs, otherSeq)));
      expect(sign).toBe(order === 0n ? 0 : order < 0n ? -1 : 1);
    }),
  );
});

test("its text is both numbers", () => {
  expect(mapKey(streamIdText(STREAM_ID_MIN))).toBe("0-0");
  expect(mapKey(streamIdText(STREAM_ID_MAX))).toBe(`${MAX}-${MAX}`);
  expect(mapKey(streamIdText(streamId(1526919030474n, 55n)))).toBe("1526919030474-55");
});

test("a text without a sequence takes the one that is given", () => {
  expect(parseStreamId(fromText("7"), 0n)).toEqual(streamId(7n, 0n));
  expect(parseStreamId(fromText("7"), MAX)).toEqual(streamId(7n, MAX));
  expect(parseStreamId(fromText("7-3"), MAX)).toEqual(streamId(7n, 3n));
});

test("other texts are none", () => {
  const none = ["", "-", "1-", "-1", "a", "1-a", "1-2-3", "1 ", "1.5", "1-+", "1--1"];
  for (const text of [...none, `${MAX + 1n}`, `1-${MAX + 1n}`, "1".repeat(128)]) {
    expect(parseStreamId(fromText(text), 0n)).toBeNull();
  }
});

test("what C's strtoull takes is a number", () => {
  for (const text of ["01", "+1", " \t1", "0".repeat(100).concat("1")]) {
    expect(parseStreamId(fromText(text), 0n)).toEqual(streamId(1n, 0n));
  }
  expect(parseStreamId(fromText("1--01"), 0n)).toEqual(streamId(1n, MAX));
  expect(parseStreamId(fromText("1--0"), 0n)).toEqual(streamId(1n, 0n));
});

test("numbers up to the greatest uint64 are exact", () => {
  fc.assert(
    fc.property(uint64, (value) => {
      const text = fromText(`x${value}x`);
      expect(parseUint64(text, 1, text.length - 1)).toBe(value);
    }),
  );
});

test("neighbours differ by one, over the sequence's end too", () => {
  expect(streamIdAfter(streamId(1n, 2n))).toEqual(streamId(1n, 3n));
  expect(streamIdAfter(streamId(1n, MAX))).toEqual(streamId(2n, 0n));
  expect(streamIdAfter(STREAM_ID_MAX)).toBeNull();
  expect(streamIdBefore(streamId(1n, 3n))).toEqual(streamId(1n, 2n));
  expect(streamIdBefore(streamId(2n, 0n))).toEqual(streamId(1n, MAX));
  expect(streamIdBefore(STREAM_ID_MIN)).toBeNull();
});
