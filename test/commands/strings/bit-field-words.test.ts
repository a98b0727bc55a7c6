import { expect, test } from "bun:test";
import { fromText } from "../../../src/bytes/bytes.ts";
import { readOperations } from "../../../src/commands/strings/bit-field-words.ts";
import { errors } from "../../../src/errors.ts";

/** Strings of up to 100 bytes. */
const bits = { allows: (offset: number) => offset >= 0 && offset < 800 };

const read = (line: string) => readOperations(line.split(" ").map(fromText), bits);

test("OVERFLOW holds for the operations behind it", () => {
  expect(read("get u8 0 overflow sat INCRBY i5 #2 -3 OVERFLOW FAIL set u63 7 9")).toEqual([
    {
      kind: "GET",
      type: { signed: false, widthBits: 8 },
      offset: 0,
      operand: 0n,
      overflow: "WRAP",
    },
    {
      kind: "INCRBY",
      type: { signed: true, widthBits: 5 },
      offset: 10,
      operand: -3n,
      overflow: "SAT",
    },
    {
      kind: "SET",
      type: { signed: false, widthBits: 63 },
      offset: 7,
      operand: 9n,
      overflow: "FAIL",
    },
  ]);
});

test("no words are no operations", () => {
  expect(readOperations([], bits)).toEqual([]);
});

test("the first mistake is told: of type, offset and operand in this order", () => {
  expect(() => read("SET u64 x x")).toThrow(errors.bitFieldType);
  expect(() => read("SET u8 x x")).toThrow(errors.bitOffset);
  expect(() => read("SET u8 #100 x")).toThrow(errors.bitOffset);
  expect(() => read("SET u8 #99 x")).toThrow(errors.notInteger);
  expect(() => read("GET u8 800 SET")).toThrow(errors.bitOffset);
  expect(() => read("GET u8 0 SET")).toThrow(errors.syntax);
  expect(() => read("OVERFLOW NEVER SET")).toThrow(errors.bitFieldOverflow);
  expect(() => read("GET u8")).toThrow(errors.syntax);
});
