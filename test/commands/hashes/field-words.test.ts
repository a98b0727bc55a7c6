import { expect, test } from "bun:test";
import { fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { clock } from "../../../src/clock.ts";
import {
  parseDeadline,
  readFieldStore,
  readFields,
  takeCondition,
  takeForm,
} from "../../../src/commands/hashes/field-words.ts";
import { Words } from "../../../src/commands/words.ts";
import { errors } from "../../../src/errors.ts";
import { Request } from "../../../src/resp/request.ts";
import { useFakeClock } from "../../support/fake-clock.ts";

const wordsOf = (line: string) =>
  new Words().of(Request.of(`X ${line}`.split(" ").map(fromText)), 1);

test("a time is in any of four forms, at most Redis's latest", () => {
  using _time = useFakeClock();
  const now = clock.nowMs();
  const parse = (text: string, form: "EX" | "PX" | "EXAT" | "PXAT") =>
    parseDeadline(fromText(text), form, "hexpire");
  expect(parse("10", "EX")).toBe(now + 10_000);
  expect(parse("10", "PX")).toBe(now + 10);
  expect(parse("10", "EXAT")).toBe(10_000);
  expect(parse("70368744177663", "PXAT")).toBe(2 ** 46 - 1);
  expect(() => parse("x", "EX")).toThrow(errors.notInteger);
  expect(() => parse("-1", "EX")).toThrow(errors.negativeExpire);
  const late = "ERR invalid expire time in 'hexpire' command";
  expect(() => parse("70368744177664", "PXAT")).toThrow(late);
  expect(() => parse("70368744177663", "PX")).toThrow(late);
  expect(() => parse("9223372036854775807", "EX")).toThrow(late);
});

test("single words are taken if they are there", () => {
  const words = wordsOf("gt PX fields");
  expect(takeForm(words)).toBeNull();
  expect([takeCondition(words), takeCondition(words)]).toEqual(["GT", null]);
  expect([takeForm(words), takeForm(words)]).toEqual(["PX", null]);
});

test("FIELDS is followed by as many fields as it says", () => {
  const read = (line: string) => readFields(wordsOf(line), "count", "hx").map(mapKey);
  expect(read("fields 2 a b")).toEqual(["a", "b"]);
  expect(() => read("FIELD 2 a b")).toThrow(errors.noFieldsWord);
  expect(() => read("FIELDS")).toThrow("wrong number of arguments for 'hx'");
  for (const line of ["FIELDS 0 a", "FIELDS x a", "FIELDS -1 a"]) {
    expect(() => read(line)).toThrow("count");
  }
  for (const line of ["FIELDS 1 a b", "FIELDS 3 a b", "FIELDS 9223372036854775807 a"]) {
    expect(() => read(line)).toThrow(errors.fieldCountMismatch);
  }
});

test("HSETEX takes its options in any order, and its pairs", () => {
  const read = (line: string) => readFieldStore(wordsOf(line), "hsetex");
  expect(read("FIELDS 1 f v")).toMatchObject({ condition: null, expireAt: 0 });
  expect(read("exat 5 fnx FIELDS 1 f v")).toMatchObject({ condition: "FNX", expireAt: 5000 });
  expect(read("FXX KEEPTTL FIELDS 1 f v")).toMatchObject({ condition: "FXX", expireAt: "keep" });
  expect(read("FIELDS 2 f v g w").pairs.map(mapKey)).toEqual(["f", "v", "g", "w"]);
  const arity = "wrong number of arguments for 'hsetex'";
  expect(() => read("FIELDS 2 f v")).toThrow(arity);
  expect(() => read("FIELDS 1 f v g")).toThrow(arity);
  expect(() => read("FIELDS 1 f")).toThrow(arity);
  expect(() => read("FNX")).toThrow(arity);
  expect(() => read("FIELDS 0 f v")).toThrow(errors.fieldCountInvalid);
  expect(() => read("EX")).toThrow(errors.missingExpire);
  expect(() => read("EX 1 KEEPTTL")).toThrow(errors.setTtls);
  expect(() => read("FNX FXX")).toThrow(errors.setConditions);
  expect(() => read("FOO")).toThrow("ERR unknown argument: FOO");
});
