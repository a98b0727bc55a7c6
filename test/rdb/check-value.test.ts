import { describe, expect, test } from "bun:test";
import { fromText } from "../../src/bytes/bytes.ts";
import { checkValue } from "../../src/rdb/check-value.ts";
import { RdbError } from "../../src/rdb/rdb-error.ts";
import type { RdbSegment, RdbValue } from "../../src/rdb/rdb-value.ts";

const [a, b] = [fromText("a"), fromText("b")];
const field = (name: Uint8Array) => ({ field: name, value: b, expireAtMs: 0 });

function segment(number: number, ...bits: number[]): RdbSegment {
  const bytes = new Uint8Array(512);
  for (const bit of bits) bytes[bit >> 3]! |= 1 << (bit & 7);
  return { number, bytes };
}

const bitmap = (tail: number, ...segments: RdbSegment[]): RdbValue => ({
  type: "bitmap",
  tail,
  segments: () => segments,
});

describe("right", () => {
  const values: [string, RdbValue][] = [
    ["an empty string", { type: "string", bytes: () => new Uint8Array(0) }],
    ["a list with the same item twice", { type: "list", items: () => [a, a] }],
    ["a set", { type: "set", members: () => [a, b] }],
    ["a hash with the same value twice", { type: "hash", fields: () => [field(a), field(b)] }],
    ["infinite scores", { type: "zset", members: () => [{ member: a, score: Infinity }] }],
    ["a bitmap that ends with a bit of 1", bitmap(4096 + 9, segment(0, 4095), segment(1, 9))],
    ["a bitmap that is as long as can be", bitmap(2 ** 31 - 1, segment(524_287, 4095))],
    ["a bitmap without the segment of its tail", bitmap(100_000, segment(2, 5))],
  ];
  test.each(values)("%s", (_, value) => checkValue(value));
});

describe("wrong", () => {
  const values: [string, RdbValue][] = [
    ["an empty list", { type: "list", items: () => [] }],
    ["an empty set", { type: "set", members: () => [] }],
    ["an empty bitmap", bitmap(0)],
    ["a member twice", { type: "set", members: () => [a, b, a] }],
    ["a field twice", { type: "hash", fields: () => [field(a), field(a)] }],
    ["a score that is none", { type: "zset", members: () => [{ member: a, score: Number.NaN }] }],
    ["a bit behind the tail, same byte", bitmap(9, segment(0, 10))],
    ["a bit behind the tail, another byte", bitmap(9, segment(0, 16))],
    ["a segment behind the tail", bitmap(9, segment(1))],
    ["a segment twice", bitmap(5000, segment(0), segment(0))],
    ["segments out of order", bitmap(5000, segment(1), segment(0))],
    ["a short segment", bitmap(9, { number: 0, bytes: new Uint8Array(511) })],
    ["a bitmap that is too long", bitmap(2 ** 31, segment(0))],
  ];
  test.each(values)("%s", (_, value) => {
    expect(() => checkValue(value)).toThrow(RdbError);
  });
});
