import { expect, test } from "bun:test";
import { fromText } from "../../../src/bytes/bytes.ts";
import { ScanCursors } from "../../../src/database/keys/scan-cursors.ts";

test("a cursor leads back to its position, as often as it is used", () => {
  const cursors = new ScanCursors();
  const cursor = cursors.add(fromText("here"));
  expect(cursors.find(cursor)).toEqual(fromText("here"));
  expect(cursors.find(cursor)).toEqual(fromText("here"));
});

test("cursors are never 0, safe integers, and start anywhere", () => {
  const starts = Array.from({ length: 20 }, () => new ScanCursors().add(fromText("x")));
  for (const cursor of starts) expect(cursor > 0 && Number.isSafeInteger(cursor)).toBe(true);
  expect(new Set(starts).size).toBe(20);
});

test("a position has one cursor; it is copied", () => {
  const cursors = new ScanCursors();
  const position = fromText("here");
  const cursor = cursors.add(position);
  expect(cursors.add(fromText("here"))).toBe(cursor);
  expect(cursors.size).toBe(1);
  position.fill(0);
  expect(cursors.find(cursor)).toEqual(fromText("here"));
});

test("an unknown cursor leads nowhere", () => {
  expect(new ScanCursors().find(17)).toBeNull();
});

test("the least recently used cursor makes way when there are too many", () => {
  const cursors = new ScanCursors({ entriesMax: 2, bytesMax: 1000 });
  const a = cursors.add(fromText("a"));
  const b = cursors.add(fromText("b"));
  cursors.find(a);
  cursors.add(fromText("c"));
  expect(cursors.find(a)).not.toBeNull();
  expect(cursors.find(b)).toBeNull();
  expect(cursors.add(fromText("b"))).not.toBe(b);
});

test("the bytes of all positions are bounded, but the newest is kept", () => {
  const cursors = new ScanCursors({ entriesMax: 1000, bytesMax: 10 });
  const small = cursors.add(new Uint8Array(6));
  const large = cursors.add(new Uint8Array(50));
  expect(cursors.find(small)).toBeNull();
  expect(cursors.find(large)).toHaveLength(50);
  cursors.add(fromText("x"));
  expect(cursors.size).toBe(1);
});
