import { expect, test } from "bun:test";
import { parseByteSize } from "../../src/config/byte-size.ts";

test.each([
  ["0", 0n],
  ["1024", 1024n],
  ["10b", 10n],
  ["2k", 2_000n],
  ["2kb", 2_048n],
  ["3m", 3_000_000n],
  ["64mb", 67_108_864n],
  ["1g", 1_000_000_000n],
  ["1GB", 1_073_741_824n],
])("%s is %d bytes, as in Redis", (text, bytes) => {
  expect(parseByteSize(text)).toBe(bytes);
});

test.each(["", "-1", "1.5gb", "1 gb", "64xx", "mb", "1tb", "1constructor"])(
  "%j is no memory value",
  (text) => {
    expect(() => parseByteSize(text)).toThrow("argument must be a memory value");
  },
);
