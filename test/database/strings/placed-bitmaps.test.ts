import { expect, test } from "bun:test";
import { fromText } from "../../../src/bytes/bytes.ts";
import { PlacedBitmaps } from "../../../src/database/strings/placed-bitmaps.ts";
import { openLedis } from "../../support/open-ledis.ts";

const KEY = fromText("b");

function segment(...ones: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(512);
  for (const at of ones) bytes[at >> 3]! |= 1 << (at & 7);
  return bytes;
}

test("a bitmap reaches to its last bit, its tail, or the start of its segment", async () => {
  await using test = await openLedis();
  const placed = new PlacedBitmaps(test.db.collections);
  const { bitmaps } = test.db;
  const lastBit = () => bitmaps.count(KEY, -1, -1);
  placed.putSegment(KEY, 1, segment(), 0);
  expect(bitmaps.get(KEY)).toHaveLength(513);
  placed.putSegment(KEY, 1, segment(9), 0);
  expect([bitmaps.get(KEY)!.length, lastBit()]).toEqual([514, 1]);
  placed.extend(KEY, 10);
  expect(bitmaps.get(KEY)).toHaveLength(514);
  placed.extend(KEY, 8191);
  expect(bitmaps.get(KEY)).toHaveLength(1024);
  placed.putSegment(KEY, 0, segment(0, 7), 0);
  expect(bitmaps.count(KEY, 0, -1)).toBe(3);
  placed.deleteSegment(KEY, 1);
  placed.deleteSegment(KEY, 5);
  expect(bitmaps.count(KEY, 0, -1)).toBe(2);
  placed.deleteSegment(KEY, 0);
  expect(test.db.keys.has(KEY)).toBe(false);
  placed.extend(KEY, 5);
  placed.putSegment(KEY, 0, segment(3), 20);
  expect(bitmaps.get(KEY)).toEqual(new Uint8Array([8, 0, 0]));
});

test("the last segment of LedisDB has its place", async () => {
  await using test = await openLedis();
  const placed = new PlacedBitmaps(test.db.collections);
  placed.putSegment(KEY, 2 ** 20 - 1, segment(4095), 0);
  expect(test.db.bitmaps.count(KEY, -1, -1)).toBe(1);
});
