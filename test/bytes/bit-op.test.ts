import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { bitAnd, bitNot, bitOr, bitXor } from "../../src/bytes/bit-op.ts";

/** Bytes as a view at any alignment, long enough to reach the words. */
const operand = fc
  .tuple(fc.nat(7), fc.uint8Array({ maxLength: 150 }))
  .map(([padding, bytes]) =>
    Uint8Array.from([...new Array<number>(padding).fill(0), ...bytes]).subarray(padding),
  );

describe.each([
  ["bitAnd", bitAnd, (a: number, b: number) => a & b],
  ["bitOr", bitOr, (a: number, b: number) => a | b],
  ["bitXor", bitXor, (a: number, b: number) => a ^ b],
] as const)("%s", (_, operation, ofBytes) => {
  test("folds sources of any length and alignment as bytes, zeros where one has ended", () => {
    fc.assert(
      fc.property(
        operand,
        fc.array(operand, { maxLength: 3 }),
        fc.nat(5),
        (first, rest, padding) => {
          const length = Math.max(first.length, ...rest.map((source) => source.length));
          const target = new Uint8Array(length + padding).subarray(padding);
          target.set(first);
          const expected = Uint8Array.from(target, (byte, at) =>
            rest.reduce((value, source) => ofBytes(value, source[at] ?? 0), byte),
          );
          const sources = rest.map((source) => source.slice());
          operation(target, ...rest);
          expect(target).toEqual(expected);
          expect(rest.map((source) => source.slice())).toEqual(sources);
        },
      ),
    );
  });

  test("refuses a source longer than the target", () => {
    expect(() => operation(new Uint8Array(1), new Uint8Array(2))).toThrow(RangeError);
  });

  test("writes nothing beside the target", () => {
    const around = new Uint8Array(200).fill(0x5a);
    operation(around.subarray(8, 108), new Uint8Array(100).fill(0xff));
    expect(around.subarray(0, 8)).toEqual(new Uint8Array(8).fill(0x5a));
    expect(around.subarray(108)).toEqual(new Uint8Array(92).fill(0x5a));
  });
});

test("bitNot inverts every bit", () => {
  fc.assert(
    fc.property(operand, (bytes) => {
      const expected = Uint8Array.from(bytes, (byte) => byte ^ 0xff);
      bitNot(bytes);
      expect(Uint8Array.from(bytes)).toEqual(expected);
    }),
  );
});
