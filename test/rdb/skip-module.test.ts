import { expect, test } from "bun:test";
import { RdbError } from "../../src/rdb/rdb-error.ts";
import { RdbReader } from "../../src/rdb/rdb-reader.ts";
import { skipModule } from "../../src/rdb/skip-module.ts";

function skip(...codes: number[]): number {
  const reader = new RdbReader(Uint8Array.from(codes), 0, codes.length, 0);
  skipModule(reader);
  return reader.left;
}

test("all that a module can save is passed", () => {
  const name = [0x81, 255, 255, 255, 255, 255, 255, 255, 255];
  const numbers = [1, 0x81, 255, 255, 255, 255, 255, 255, 255, 255, 2, 5, 3, 0, 0, 0, 0];
  expect(skip(...name, ...numbers, 4, 0, 0, 0, 0, 0, 0, 0, 0, 5, 1, 97, 0)).toBe(0);
  expect(skip(1, 0, 9)).toBe(1);
});

test("an unknown part cannot be passed", () => {
  expect(() => skip(1, 6, 0)).toThrow(new RdbError("damaged value of a module"));
});
