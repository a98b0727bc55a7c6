import { expect, test } from "bun:test";
import { estimateCardinality } from "../../../src/database/hyperloglog/cardinality.ts";
import {
  type Place,
  placeElement,
  REGISTERS,
} from "../../../src/database/hyperloglog/registers.ts";

test("no elements are none", () => {
  expect(estimateCardinality(new Uint8Array(REGISTERS))).toBe(0);
});

test("a few registers are as many elements", () => {
  const registers = new Uint8Array(REGISTERS);
  for (let count = 1; count <= 60; count++) {
    registers[count * 100] = (count % 7) + 1;
    expect(estimateCardinality(registers)).toBe(count);
  }
});

test("errors stay within four standard errors, from 1 to 3,000,000 elements", () => {
  const registers = new Uint8Array(REGISTERS);
  const place: Place = { index: 0, rank: 0 };
  const element = new Uint8Array(8);
  const number = new DataView(element.buffer);
  let checkAt = 1;
  for (let count = 1; count <= 3_000_000; count++) {
    number.setUint32(0, count, true);
    placeElement(element, place);
    registers[place.index] = Math.max(registers[place.index]!, place.rank);
    if (count < checkAt) continue;
    const error = Math.abs(estimateCardinality(registers) - count);
    expect(error).toBeLessThanOrEqual(Math.ceil((count * 4 * 1.04) / Math.sqrt(REGISTERS)));
    checkAt = Math.ceil(checkAt * 1.7);
  }
}, 60_000);

/** What PFCOUNT of redis-server 7.0.15 answers when all registers are as high, or the second half is 0. */
test.each([
  [1, "23637", "10360"],
  [2, "47274", "11635"],
  [3, "94548", "12398"],
  [10, "12102203", "13261"],
  [20, "12392656037", "13268"],
  [31, "25380159564675", "13268"],
  [32, "50760319129350", "13268"],
  [33, "101520638258700", "13268"],
  [40, "12994641697113596", "13268"],
  [49, "6653256548922161152", "13268"],
  [50, "-9223372036854775808", "13268"],
  [51, "-9223372036854775808", "13268"],
  [52, "-9223372036854775808", "13268"],
  [63, "-9223372036854775808", "13268"],
] as const)("registers of rank %i give Redis's estimate", (rank, all, half) => {
  expect(estimateCardinality(new Uint8Array(REGISTERS).fill(rank))).toBe(Number(all));
  const some = new Uint8Array(REGISTERS).fill(rank, 0, REGISTERS / 2);
  expect(estimateCardinality(some)).toBe(Number(half));
});
