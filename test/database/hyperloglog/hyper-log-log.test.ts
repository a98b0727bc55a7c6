import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Bytes, concatBytes, fromText } from "../../../src/bytes/bytes.ts";
import { HyperLogLog } from "../../../src/database/hyperloglog/hyper-log-log.ts";
import { REGISTERS } from "../../../src/database/hyperloglog/registers.ts";
import { CommandError, errors } from "../../../src/errors.ts";

const NO_LIMIT = Number.POSITIVE_INFINITY;
const HEADER_BYTES = 16;
const DENSE_STRING_BYTES = 12_304;

const notOne = new CommandError(errors.notHyperLogLog);
const corrupt = new CommandError(errors.corruptHyperLogLog);

function stringOf(sketch: HyperLogLog): Bytes {
  const bytes = new Uint8Array(sketch.length);
  sketch.copyTo(bytes, 0);
  return bytes;
}

function registersOf(sketch: HyperLogLog): Uint8Array {
  const registers = new Uint8Array(REGISTERS);
  sketch.mergeInto(registers);
  return registers;
}

/** A string with this encoding and these registers. */
function made(encoding: number, registers: readonly number[]): Bytes {
  const rest = new Uint8Array(HEADER_BYTES - 5);
  return concatBytes(fromText("HYLL"), Uint8Array.of(encoding), rest, Uint8Array.from(registers));
}

describe("the string", () => {
  test("of one that has seen nothing is Redis's", () => {
    const sketch = HyperLogLog.empty();
    expect(stringOf(sketch)).toEqual(made(1, [0x7f, 0xff]));
    expect(sketch.encoding).toBe("sparse");
    expect(sketch.cardinality).toBe(0);
  });

  test("comes back as it was, unused bytes included", () => {
    const string = made(1, [0x7f, 0xff]);
    string.set([7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 0x88], 5);
    expect(stringOf(HyperLogLog.of(string))).toEqual(string);
    const dense = made(0, new Array<number>(DENSE_STRING_BYTES - HEADER_BYTES).fill(0x5a));
    dense[6] = 1;
    expect(HyperLogLog.of(dense).encoding).toBe("dense");
    expect(stringOf(HyperLogLog.of(dense))).toEqual(dense);
  });

  test("may be written where it was read", () => {
    const memory = concatBytes(fromText("x"), made(1, [0x7f, 0xff]));
    const sketch = HyperLogLog.of(memory.subarray(1));
    sketch.storeCardinality(3);
    sketch.copyTo(memory, 1);
    expect(HyperLogLog.of(memory.subarray(1)).cardinality).toBe(3);
    expect([...memory.subarray(-2)]).toEqual([0x7f, 0xff]);
  });

  test.each([
    ["nothing", new Uint8Array(0)],
    ["too short", made(1, []).subarray(0, HEADER_BYTES - 1)],
    ["another word", concatBytes(fromText("hyll"), made(1, [0x7f, 0xff]).subarray(4))],
    ["another encoding", made(2, [0x7f, 0xff])],
    ["dense and short", made(0, new Array<number>(DENSE_STRING_BYTES - HEADER_BYTES - 1).fill(0))],
    ["dense and long", made(0, new Array<number>(DENSE_STRING_BYTES - HEADER_BYTES + 1).fill(0))],
  ])("is none: %s", (_, string) => {
    expect(() => HyperLogLog.of(string)).toThrow(notOne);
  });
});

describe("the cardinality", () => {
  test("is kept until it is dropped, and its top bit says so", () => {
    const sketch = HyperLogLog.empty();
    sketch.storeCardinality(0x0102030405);
    expect(sketch.cardinality).toBe(0x0102030405);
    expect([...stringOf(sketch).subarray(8, 16)]).toEqual([5, 4, 3, 2, 1, 0, 0, 0]);
    sketch.dropCardinality();
    expect(sketch.cardinality).toBeNull();
    expect([...stringOf(sketch).subarray(8, 16)]).toEqual([5, 4, 3, 2, 1, 0, 0, 0x80]);
  });

  test("is exact beyond 2^53, and none when it is negative", () => {
    const sketch = HyperLogLog.empty();
    sketch.storeCardinality(2n ** 53n + 1n);
    expect(sketch.cardinality).toBe(2n ** 53n + 1n);
    sketch.storeCardinality(-(2n ** 63n));
    expect(sketch.cardinality).toBeNull();
    expect(stringOf(sketch)[15]).toBe(0x80);
  });
});

describe("registers", () => {
  test("that the limit leaves no room for make it dense, the string's head counted", () => {
    const sketch = HyperLogLog.empty();
    expect(sketch.raise(1000, 4, HEADER_BYTES + 5)).toBe(true);
    expect(sketch.encoding).toBe("sparse");
    expect(sketch.raise(9000, 4, HEADER_BYTES + 7)).toBe(true);
    expect(sketch.encoding).toBe("dense");
    expect(sketch.length).toBe(DENSE_STRING_BYTES);
    expect(sketch.raise(9000, 4, 0)).toBe(false);
  });

  test("beyond 32 make it dense", () => {
    const sketch = HyperLogLog.empty();
    sketch.raise(5, 32, NO_LIMIT);
    expect(sketch.encoding).toBe("sparse");
    expect(sketch.raise(6, 33, NO_LIMIT)).toBe(true);
    expect(sketch.encoding).toBe("dense");
    expect([...registersOf(sketch).subarray(4, 8)]).toEqual([0, 32, 33, 0]);
  });

  test("are the same in both encodings, the rest of the head too", () => {
    const place = fc.tuple(fc.nat(REGISTERS - 1), fc.integer({ min: 1, max: 32 }));
    fc.assert(
      fc.property(fc.array(place), fc.nat(), (places, cardinality) => {
        const sketch = HyperLogLog.empty();
        for (const [index, rank] of places) sketch.raise(index, rank, NO_LIMIT);
        sketch.storeCardinality(cardinality);
        const registers = registersOf(sketch);
        const head = stringOf(sketch).subarray(5, HEADER_BYTES);
        expect(sketch.makeDense()).toBe(true);
        expect(sketch.makeDense()).toBe(false);
        expect(registersOf(sketch)).toEqual(registers);
        expect(stringOf(sketch).subarray(5, HEADER_BYTES)).toEqual(head);
      }),
      { numRuns: 20 },
    );
  });

  test("that are too few or too many are told", () => {
    for (const runs of [[], [0x7f, 0xfe], [0x7f, 0xff, 0], [0x7f, 0xfe, 0x81]]) {
      const sketch = HyperLogLog.of(made(1, runs));
      expect(() => registersOf(sketch)).toThrow(corrupt);
      expect(() => sketch.makeDense()).toThrow(corrupt);
      expect(() => sketch.raise(3, 33, NO_LIMIT)).toThrow(corrupt);
      expect(sketch.encoding).toBe("sparse");
    }
    expect(() => HyperLogLog.of(made(1, [0x3f])).raise(64, 1, NO_LIMIT)).toThrow(corrupt);
  });

  test("of a sparse one can be read by people, as far as that makes sense", () => {
    expect(HyperLogLog.empty().describeRuns()).toBe("Z:16384");
    const endless = HyperLogLog.of(made(1, new Array<number>(2 * REGISTERS + 1).fill(0)));
    expect(() => endless.describeRuns()).toThrow(corrupt);
    const dense = HyperLogLog.empty();
    dense.makeDense();
    expect(dense.describeRuns()).toBeNull();
  });
});
