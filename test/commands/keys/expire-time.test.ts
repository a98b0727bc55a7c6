import { describe, expect, test } from "bun:test";
import { fromText } from "../../../src/bytes/bytes.ts";
import {
  type ExpireForm,
  parseExpireAt,
  parseNewExpireAt,
} from "../../../src/commands/keys/expire-time.ts";
import { errors, invalidExpire } from "../../../src/errors.ts";
import { EXPIRE_AT_MAX_MS } from "../../../src/keyspace/rows/key-row.ts";
import { useFakeClock } from "../../support/fake-clock.ts";

const NOW = 1_000_000;
const parse = (text: string, form: ExpireForm) => parseExpireAt(fromText(text), form, "expire");
const parseNew = (text: string, form: ExpireForm) => parseNewExpireAt(fromText(text), form, "set");

test("each form counts from its own start, in its own unit", () => {
  using _time = useFakeClock(NOW);
  expect(parse("10", "EX")).toBe(NOW + 10_000);
  expect(parse("10", "PX")).toBe(NOW + 10);
  expect(parse("10", "EXAT")).toBe(10_000);
  expect(parse("10", "PXAT")).toBe(10);
  expect(parse("-10", "EX")).toBe(NOW - 10_000);
  expect(parse("-10", "PXAT")).toBe(-10);
});

test("what is too far for a row is the last moment that it can hold", () => {
  using _time = useFakeClock(NOW);
  for (const text of ["281474976710656", "4398046511105", "9223372036853775807"]) {
    expect(parse(text, "PX") <= EXPIRE_AT_MAX_MS).toBe(true);
  }
  expect(parse("9223372036854775807", "PXAT")).toBe(EXPIRE_AT_MAX_MS);
  expect(parse("9223372036854775", "EXAT")).toBe(EXPIRE_AT_MAX_MS);
  expect(parse("-9223372036854775808", "PX")).toBeLessThan(0);
});

describe("Redis's limits are the limits", () => {
  const refusal = invalidExpire("expire");

  test("of seconds, which it turns into milliseconds", () => {
    using _time = useFakeClock(NOW);
    for (const form of ["EX", "EXAT"] as const) {
      expect(() => parse("9223372036854776", form)).toThrow(refusal);
      expect(() => parse("-9223372036854776", form)).toThrow(refusal);
    }
    expect(parse("-9223372036854775", "EXAT")).toBeLessThan(0);
  });

  test("of times from now, to which it adds the present", () => {
    using _time = useFakeClock(NOW);
    expect(() => parse("9223372036854775", "EX")).toThrow(refusal);
    expect(() => parse("9223372036854775807", "PX")).toThrow(refusal);
    expect(() => parse("9223372036853775808", "PX")).toThrow(refusal);
    expect(parse("9223372036853775807", "PX")).toBe(EXPIRE_AT_MAX_MS);
  });
});

test("what is no integer is refused", () => {
  for (const text of ["", "x", "1.5", " 1", "01", "9223372036854775808"]) {
    expect(() => parse(text, "EX")).toThrow(errors.notInteger);
    expect(() => parseNew(text, "EX")).toThrow(errors.notInteger);
  }
});

test("a new key's time has to be positive, though it may be past", () => {
  using _time = useFakeClock(NOW);
  for (const form of ["EX", "PX", "EXAT", "PXAT"] as const) {
    for (const text of ["0", "-1", "-9223372036854775808"]) {
      expect(() => parseNew(text, form)).toThrow(invalidExpire("set"));
    }
  }
  expect(parseNew("1", "PXAT")).toBe(1);
});
