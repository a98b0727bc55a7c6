import { expect, test } from "bun:test";
import fc from "fast-check";
import { packSnappy, storeSnappy, unpackSnappy } from "../../src/bytes/snappy.ts";

test("what is packed or stored unpacks to the same bytes", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 1000 }),
      fc.integer({ min: 1, max: 50 }),
      (part, times) => {
        const bytes = new Uint8Array(part.length * times);
        for (let i = 0; i < times; i++) bytes.set(part, i * part.length);
        expect(unpackSnappy(packSnappy(bytes), 1e6)).toEqual(bytes);
        expect(unpackSnappy(storeSnappy(bytes), 1e6)).toEqual(bytes);
      },
    ),
  );
});

test("the most that can be packed still unpacks", () => {
  const zeros = new Uint8Array(1 << 20);
  const packed = packSnappy(zeros);
  expect(packed.length).toBeLessThan(zeros.length / 20);
  expect(unpackSnappy(packed, zeros.length)).toEqual(zeros);
});

test("a block that announces more than it can hold, or more than is taken, is refused", () => {
  const announced = Uint8Array.of(0xff, 0xff, 0xff, 0x7f, 0);
  expect(unpackSnappy(announced, 1e9)).toBeNull();
  expect(unpackSnappy(packSnappy(new Uint8Array(100)), 99)).toBeNull();
  expect(unpackSnappy(new Uint8Array(0), 10)).toBeNull();
  expect(unpackSnappy(Uint8Array.of(10, 0), 10)).toBeNull();
});

test("LedisDB's one-byte form of nothing is understood", () => {
  expect(unpackSnappy(Uint8Array.of(0), 10)).toEqual(new Uint8Array(0));
  expect(storeSnappy(new Uint8Array(0))).toEqual(Uint8Array.of(0));
});

test("what was stored is unpacked without a copy, whatever its length", () => {
  for (const length of [0, 1, 127, 128, 70_000]) {
    const bytes = new Uint8Array(length).fill(7);
    const block = storeSnappy(bytes);
    expect(unpackSnappy(block, length)).toEqual(bytes);
    if (length === 0) continue;
    expect(unpackSnappy(block, length)!.buffer).toBe(block.buffer);
    expect(unpackSnappy(block, length - 1)).toBeNull();
    expect(unpackSnappy(block.subarray(0, block.length - 1), length)).toBeNull();
  }
});
