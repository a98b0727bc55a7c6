import { expect, test } from "bun:test";
import fc from "fast-check";
import { DENSE_BYTES, DenseRegisters } from "../../../src/database/hyperloglog/dense-registers.ts";
import { REGISTERS } from "../../../src/database/hyperloglog/registers.ts";

const rank = fc.integer({ min: 0, max: 63 });
const place = fc.tuple(fc.integer({ min: 0, max: REGISTERS - 1 }), rank);

function registersOf(dense: DenseRegisters): Uint8Array {
  const registers = new Uint8Array(REGISTERS);
  dense.mergeInto(registers);
  return registers;
}

function mostlyZero(places: readonly (readonly [index: number, rank: number])[]): Uint8Array {
  const registers = new Uint8Array(REGISTERS);
  for (const [index, value] of places) registers[index] = value;
  return registers;
}

test("six bits each, the lowest bits of a byte first", () => {
  const registers = new Uint8Array(REGISTERS);
  registers.set([0b000001, 0b100010, 0b110011, 0b011100]);
  registers[REGISTERS - 1] = 0b111110;
  const { bytes } = DenseRegisters.of(registers);
  expect(bytes.length).toBe(DENSE_BYTES);
  expect(DENSE_BYTES).toBe(12_288);
  expect([...bytes.subarray(0, 4)]).toEqual([0b10000001, 0b00111000, 0b01110011, 0]);
  expect([...bytes.subarray(-2)]).toEqual([0, 0b11111000]);
});

test("registers come back as they were packed", () => {
  const registers = new Uint8Array(REGISTERS).map((_, index) => (index * 37) % 64);
  expect(registersOf(DenseRegisters.of(registers))).toEqual(registers);
});

test("a register is raised alone, and never lowered", () => {
  fc.assert(
    fc.property(fc.array(place), fc.array(place), (first, then) => {
      const model = mostlyZero(first);
      const dense = DenseRegisters.of(model);
      for (const [index, value] of then) {
        expect(dense.raise(index, value)).toBe(value > model[index]!);
        model[index] = Math.max(model[index]!, value);
      }
      expect(registersOf(dense)).toEqual(model);
      expect(dense.bytes).toEqual(DenseRegisters.of(model).bytes);
    }),
    { numRuns: 30 },
  );
});

test("the first and the last register are raised within the bytes", () => {
  const dense = new DenseRegisters(new Uint8Array(DENSE_BYTES));
  for (const index of [0, 1, 2, 3, REGISTERS - 2, REGISTERS - 1]) {
    expect(dense.raise(index, 63)).toBe(true);
    expect(dense.raise(index, 63)).toBe(false);
  }
  expect(dense.bytes.length).toBe(DENSE_BYTES);
  expect([...dense.bytes.subarray(0, 4)]).toEqual([0xff, 0xff, 0xff, 0]);
  expect([...dense.bytes.subarray(-2)]).toEqual([0xf0, 0xff]);
});

test("the bytes that were given stay as they are", () => {
  const given = new Uint8Array(DENSE_BYTES);
  const dense = new DenseRegisters(given);
  expect(dense.raise(5, 0)).toBe(false);
  expect(dense.bytes).toBe(given);
  dense.raise(5, 7);
  expect(given.every((byte) => byte === 0)).toBe(true);
});

test("merging takes the higher one of each two", () => {
  const registers = mostlyZero([
    [1, 9],
    [2, 3],
    [9, 1],
  ]);
  DenseRegisters.of(
    mostlyZero([
      [0, 5],
      [1, 4],
      [2, 6],
      [REGISTERS - 1, 63],
    ]),
  ).mergeInto(registers);
  expect([...registers.subarray(0, 4)]).toEqual([5, 9, 6, 0]);
  expect(registers[9]).toBe(1);
  expect(registers[REGISTERS - 1]).toBe(63);
});
