import { expect, test } from "bun:test";
import { EMPTY, fromText, toText } from "../../../src/bytes/bytes.ts";
import { PackedElements } from "../../../src/database/collections/packed-elements.ts";

test("elements are kept by number, and the last one takes the place of one removed", () => {
  const packed = new PackedElements();
  for (const word of ["a", "bb", "", "cc"]) packed.add(fromText(word));
  packed.remove(0);
  const words = Array.from({ length: packed.count }, (_, at) => toText(packed.at(at)));
  expect(words).toEqual(["cc", "bb", ""]);
  packed.remove(2);
  packed.remove(0);
  packed.remove(0);
  expect(packed.count).toBe(0);
  packed.add(EMPTY);
  expect(packed.at(0).length).toBe(0);
});

test("it grows with what it holds", () => {
  const packed = new PackedElements();
  const long = fromText("x".repeat(5000));
  packed.add(long);
  for (let i = 0; i < 1000; i++) packed.add(fromText(`element ${i}`));
  expect(packed.at(0)).toEqual(long);
  expect(toText(packed.at(1000))).toBe("element 999");
  expect(packed.memoryBytes).toBeLessThan(64 << 10);
});
