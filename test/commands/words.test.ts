import { expect, test } from "bun:test";
import { fromText, mapKey } from "../../src/bytes/bytes.ts";
import { Words } from "../../src/commands/words.ts";
import { Request } from "../../src/resp/request.ts";

function words(...texts: string[]): Words {
  return new Words().of(Request.of(["CMD", ...texts].map(fromText)), 1);
}

test("words are read one after the other", () => {
  const reader = words("a", "b");
  expect(reader.left).toBe(2);
  expect(mapKey(reader.peek())).toBe("a");
  expect(mapKey(reader.next())).toBe("a");
  expect(mapKey(reader.next())).toBe("b");
  expect(reader.left).toBe(0);
});

test("the name stands before them, as it was written", () => {
  expect(mapKey(words("a").name)).toBe("CMD");
});

test("a word is read without a view, too", () => {
  const reader = words("a", "bc");
  reader.next();
  const { buffer, start, end } = reader.nextStretch();
  expect(mapKey(buffer.subarray(start, end))).toBe("bc");
  expect(reader.left).toBe(0);
});

test("a word is taken in any case, or left", () => {
  const reader = words("Nx", "x");
  expect(reader.take("XX")).toBe(false);
  expect(reader.take("NX")).toBe(true);
  expect(reader.take("NX")).toBe(false);
  reader.next();
  expect(reader.take("NX")).toBe(false);
});

test("integers are safe ones, anything else is NaN", () => {
  const reader = words("42", "-7", "x", "9007199254740993", "1.5");
  const read = () => reader.nextInteger();
  expect([read(), read(), read(), read(), read()]).toEqual([
    42,
    -7,
    Number.NaN,
    Number.NaN,
    Number.NaN,
  ]);
});
