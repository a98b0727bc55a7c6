import { expect, test } from "bun:test";
import { fromText } from "../../../src/bytes/bytes.ts";
import { options } from "../../../src/commands/args.ts";
import {
  cursor,
  scanCursor,
  scanOptions,
  scanPosition,
  scanRows,
} from "../../../src/commands/keys/scan-words.ts";
import { Words } from "../../../src/commands/words.ts";
import { ScanCursors } from "../../../src/database/keys/scan-cursors.ts";
import { errors } from "../../../src/errors.ts";
import { Request } from "../../../src/resp/request.ts";

const wordsOf = (...texts: string[]) =>
  new Words().of(Request.of(["SCAN", ...texts].map(fromText)), 1);

test("a cursor is read as Redis reads it", () => {
  const read = (text: string) => cursor().read(wordsOf(text));
  expect(["", "0", "007", "+5", "18446744073709551615"].map(read)).toEqual([
    0n,
    0n,
    7n,
    5n,
    2n ** 64n - 1n,
  ]);
  expect(read("-1")).toBe(2n ** 64n - 1n);
  for (const text of ["x", "1x", " 1", "-", "+", "18446744073709551616"]) {
    expect(() => read(text)).toThrow(errors.invalidCursor);
  }
});

test("COUNT is positive and bounded, ten when it is not given", () => {
  const read = (...texts: string[]) => scanRows(options(scanOptions).read(wordsOf(...texts)).count);
  expect([read(), read("COUNT", "3"), read("count", "9223372036854775807")]).toEqual([
    10, 3, 10_000,
  ]);
  for (const text of ["0", "-1"]) expect(() => read("COUNT", text)).toThrow(errors.syntax);
  expect(() => read("COUNT", "x")).toThrow(errors.notInteger);
});

test("positions become cursors and cursors positions; 0 is the start and the end", () => {
  const cursors = new ScanCursors();
  expect(scanCursor(cursors, null)).toBe("0");
  expect(scanPosition(cursors, 0n)).toBeNull();
  const cursor = scanCursor(cursors, fromText("here"));
  expect(scanPosition(cursors, BigInt(cursor))).toEqual(fromText("here"));
  expect(() => scanPosition(cursors, 2n ** 64n - 1n)).toThrow(errors.invalidCursor);
});
