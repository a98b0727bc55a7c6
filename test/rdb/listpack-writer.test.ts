import { expect, test } from "bun:test";
import fc from "fast-check";
import { fromText, mapKey } from "../../src/bytes/bytes.ts";
import { listpackEntries } from "../../src/rdb/listpack.ts";
import { ListpackWriter } from "../../src/rdb/listpack-writer.ts";
import { RdbFullError, RdbWriter } from "../../src/rdb/rdb-writer.ts";
import { listpackOf } from "./packed.ts";

const MB = 1 << 20;
const FRAME_BYTES = 7;

function written(write: (listpack: ListpackWriter) => void): Uint8Array {
  const listpack = new ListpackWriter(new RdbWriter(MB));
  write(listpack);
  const whole = listpack.finish();
  expect(listpack.length).toBe(whole.length);
  return whole;
}

const read = (bytes: Uint8Array) => [...listpackEntries(bytes)].map(mapKey);

test("strings and small integers are as they are made by hand", () => {
  expect(written(() => {})).toEqual(listpackOf());
  const bytes = written((listpack) => {
    for (const text of ["a", "5", "", "bc"]) listpack.string(fromText(text));
    listpack.integer(127);
  });
  expect(bytes).toEqual(listpackOf("a", 5, "", "bc", 127));
});

// That these are Redis's own bytes is shown in stream-writer.test.ts.
test("each integer takes the least bytes", () => {
  const sizes: [string, number][] = [
    ["0", 2],
    ["127", 2],
    ["128", 3],
    ["-1", 3],
    ["-4096", 3],
    ["4095", 3],
    ["4096", 4],
    ["-4097", 4],
    ["32767", 4],
    ["32768", 5],
    ["-8388608", 5],
    ["8388608", 6],
    ["-2147483648", 6],
    ["2147483648", 10],
    ["-9223372036854775808", 10],
    ["9223372036854775807", 10],
  ];
  for (const [text, size] of sizes) {
    const bytes = written((listpack) => listpack.string(fromText(text)));
    expect([text, bytes.length - FRAME_BYTES]).toEqual([text, size]);
    expect(written((listpack) => listpack.integer(BigInt(text)))).toEqual(bytes);
    expect(read(bytes)).toEqual([text]);
  }
});

test("what only looks like an integer stays a string", () => {
  const texts = ["007", "-0", "+1", " 1", "-", "9223372036854775808", "-9223372036854775809"];
  const bytes = written((listpack) => {
    for (const text of texts) listpack.string(fromText(text));
  });
  expect(read(bytes)).toEqual(texts);
  expect(bytes.length).toBe(FRAME_BYTES + 2 * texts.length + texts.join("").length);
});

test("strings of any length come back", () => {
  for (const length of [63, 64, 125, 126, 4095, 4096, 16_377, 16_378, 2_097_145, 2_097_146]) {
    const listpack = new ListpackWriter(new RdbWriter(4 * MB));
    listpack.string(new Uint8Array(length).fill(120));
    const [entry] = [...listpackEntries(listpack.finish())];
    expect(entry?.length).toBe(length);
  }
});

test("whatever is added comes back", () => {
  const texts = fc.oneof(fc.string(), fc.bigInt(-(2n ** 64n), 2n ** 64n).map(String));
  fc.assert(
    fc.property(fc.array(texts), (texts) => {
      const bytes = written((listpack) => {
        for (const text of texts) listpack.string(fromText(text));
      });
      expect([...listpackEntries(bytes)]).toEqual(texts.map(fromText));
    }),
  );
});

test("the first entry can be another number in the end", () => {
  const bytes = written((listpack) => {
    listpack.integer(0);
    listpack.string(fromText("a"));
    listpack.replaceFirst(127);
  });
  expect(bytes).toEqual(listpackOf(127, "a"));
});

test("many entries are counted by who reads them", () => {
  const bytes = written((listpack) => {
    for (let i = 0; i < 70_000; i++) listpack.integer(1);
  });
  expect([...bytes.subarray(4, 6)]).toEqual([0xff, 0xff]);
  expect(read(bytes)).toHaveLength(70_000);
});

test("it does not grow beyond what its writer takes", () => {
  const listpack = new ListpackWriter(new RdbWriter(1000));
  expect(() => listpack.string(new Uint8Array(2000))).toThrow(RdbFullError);
});
