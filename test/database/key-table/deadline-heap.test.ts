import { expect, test } from "bun:test";
import fc from "fast-check";
import { fromText } from "../../../src/bytes/bytes.ts";
import { DeadlineHeap } from "../../../src/database/key-table/deadline-heap.ts";

test("keys come out by deadline, and none before its time", () => {
  const deadlines = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 60 });
  fc.assert(
    fc.property(deadlines, fc.integer({ min: 0, max: 50 }), (list, untilMs) => {
      const heap = new DeadlineHeap();
      for (const deadline of list) heap.push(deadline, Uint8Array.of(deadline));
      const popped: number[] = [];
      for (let key = heap.popUntil(untilMs); key !== null; key = heap.popUntil(untilMs)) {
        popped.push(key[0]!);
      }
      expect(popped).toEqual(list.filter((at) => at <= untilMs).sort((a, b) => a - b));
      expect(heap.size).toBe(list.length - popped.length);
    }),
  );
});

test("keys are copied", () => {
  const heap = new DeadlineHeap();
  const key = fromText("k");
  heap.push(1, key);
  key.fill(0);
  expect(heap.popUntil(1)).toEqual(fromText("k"));
});

test("a full heap refuses, by entries and by bytes, and has room again when something left", () => {
  const heap = new DeadlineHeap({ entriesMax: 2, bytesMax: 10 });
  expect(heap.push(1, new Uint8Array(8))).toBe(true);
  expect(heap.push(2, new Uint8Array(3))).toBe(false);
  expect(heap.push(2, new Uint8Array(2))).toBe(true);
  expect(heap.push(3, new Uint8Array(0))).toBe(false);
  heap.popUntil(1);
  expect(heap.push(3, new Uint8Array(8))).toBe(true);
});
