import { expect, test } from "bun:test";
import { encodeFileHeader, LOG_VERSION } from "../../src/binlog/event.ts";
import { concatBytes, fromText } from "../../src/bytes/bytes.ts";
import { turnSlices } from "../../src/replication/turn-slices.ts";
import { putEvent, turnBytes } from "../support/turn-bytes.ts";

const turn = (size: number) => turnBytes([putEvent(fromText("k"), new Uint8Array(size))]);
const sizes = (bytes: Uint8Array, max: number) =>
  [...turnSlices(bytes, max)].map((slice) => slice.length);

test("slices end where turns end, and are all there is", () => {
  const turns = [turn(10), turn(500), turn(20), turn(30), turn(40)];
  const bytes = concatBytes(...turns);
  for (const max of [1, 50, 100, 500, 5000]) {
    const slices = [...turnSlices(bytes, max)];
    expect(concatBytes(...slices)).toEqual(bytes);
  }
  expect(sizes(bytes, 1)).toEqual(turns.map(({ length }) => length));
  expect(sizes(bytes, 100)).toEqual([
    turns[0]!.length + turns[1]!.length,
    turns[2]!.length + turns[3]!.length,
    turns[4]!.length,
  ]);
  expect(sizes(bytes, 1e6)).toEqual([bytes.length]);
});

test("a file's header goes with the first turn", () => {
  const historyId = new Uint8Array(16);
  const header = encodeFileHeader({ version: LOG_VERSION, fileNumber: 2, base: 5, historyId }, 0);
  expect(sizes(concatBytes(header, turn(10), turn(20)), 1)).toEqual([
    header.length + turn(10).length,
    turn(20).length,
  ]);
  expect(sizes(header, 1)).toEqual([header.length]);
});

test("what is no log comes as it is", () => {
  const noise = new Uint8Array(100).fill(255);
  expect(sizes(noise, 1)).toEqual([100]);
  expect(sizes(noise.subarray(0, 5), 1)).toEqual([5]);
  expect(sizes(new Uint8Array(0), 1)).toEqual([]);
});
