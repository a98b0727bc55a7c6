import { expect, test } from "bun:test";
import { concatBytes, fromText } from "../../src/bytes/bytes.ts";
import { storeSnappy } from "../../src/bytes/snappy.ts";
import { decodeSyncAnswer, encodeSyncAnswer } from "../../src/replication/sync-answer.ts";

test("an answer is read as it was written, compressed or not", () => {
  const bytes = fromText("turn ".repeat(1000));
  for (const compresses of [false, true]) {
    const block = encodeSyncAnswer({ file: 7, offset: 2 ** 40 }, bytes, compresses);
    expect(block.length < bytes.length).toBe(compresses);
    expect(decodeSyncAnswer(block, bytes.length)).toEqual({ file: 7, offset: 2 ** 40, bytes });
  }
  const empty = decodeSyncAnswer(encodeSyncAnswer({ file: -1, offset: 5 }), 0);
  expect(empty).toMatchObject({ file: -1, offset: 5 });
  expect(empty!.bytes).toHaveLength(0);
});

test("the form is LedisDB's: snappy of two big-endian numbers and the log", () => {
  const head = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 1, 2);
  const block = encodeSyncAnswer({ file: 3, offset: 258 }, fromText("x"));
  expect(block).toEqual(storeSnappy(concatBytes(head, fromText("x"))));
});

test("what is damaged, too short or too long is no answer", () => {
  const block = encodeSyncAnswer({ file: 1, offset: 2 }, fromText("0123456789"));
  expect(decodeSyncAnswer(block, 9)).toBeNull();
  expect(decodeSyncAnswer(block.subarray(0, 8), 100)).toBeNull();
  expect(decodeSyncAnswer(storeSnappy(fromText("short")), 100)).toBeNull();
  expect(decodeSyncAnswer(new Uint8Array(0), 100)).toBeNull();
});
