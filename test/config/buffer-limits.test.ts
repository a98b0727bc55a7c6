import { expect, test } from "bun:test";
import { formatBufferLimits, parseBufferLimits } from "../../src/config/buffer-limits.ts";

const initial = "normal 268435456 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60";
const read = (text: string): string => formatBufferLimits(parseBufferLimits(text));

test("one memory value is the hard limit of normal clients", () => {
  expect(parseBufferLimits("1mb").normal).toEqual({
    hardBytes: 1048576,
    softBytes: 0,
    softSeconds: 0,
  });
});

test("classes that are not named keep their limits", () => {
  expect(read("")).toBe(initial);
  expect(read("pubsub 1kb 2 3")).toBe(initial.replace(/pubsub.*/, "pubsub 1024 2 3"));
  const current = parseBufferLimits("normal 1 2 3");
  expect(parseBufferLimits("slave 4 5 6", current).normal).toEqual(current.normal);
});

test("replica is the same class as slave, and case does not matter", () => {
  expect(read("REPLICA 1 2 3 Normal 4 5 6")).toBe(
    "normal 4 5 6 slave 1 2 3 pubsub 33554432 8388608 60",
  );
});

test("what is written is read back", () => {
  expect(read(initial)).toBe(initial);
});

test.each([
  ["normal 0 0", "Wrong number of arguments in buffer limit configuration."],
  ["normal 0 0 0 slave", "Wrong number of arguments in buffer limit configuration."],
  ["other 0 0 0", "Invalid client class specified in buffer limit configuration."],
  ["normal x 0 0", "Error in hard, soft or soft_seconds setting in buffer limit configuration."],
  ["normal 0 0 -1", "Error in hard, soft or soft_seconds setting in buffer limit configuration."],
  ["1xx", "Error in hard, soft or soft_seconds setting in buffer limit configuration."],
])("%j is refused in Redis's words", (text, message) => {
  expect(() => parseBufferLimits(text)).toThrow(message);
});
