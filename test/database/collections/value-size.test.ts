import { expect, test } from "bun:test";
import { fromText } from "../../../src/bytes/bytes.ts";
import { valueSize } from "../../../src/database/collections/value-size.ts";
import { openLedis, type TestLedis } from "../../support/open-ledis.ts";

function sizeOf({ ledis, db }: TestLedis, key: string, samples = 5): number | null {
  return valueSize(ledis.keyspace, db.table, fromText(key), samples);
}

test("a string takes its bytes, its key's and something for the row", async () => {
  await using test = await openLedis();
  test.db.strings.set(fromText("a"), fromText("x"));
  test.db.strings.set(fromText("bcd"), new Uint8Array(1000));
  expect(sizeOf(test, "bcd")! - sizeOf(test, "a")!).toBe(2 + 999);
  expect(sizeOf(test, "nosuch")).toBeNull();
});

test("a collection of equal elements is told exactly, from samples and from all", async () => {
  await using test = await openLedis();
  const pairs = Array.from({ length: 200 }, (_, i) =>
    fromText(`${i % 2 === 0 ? "f" : "v"}${100 + Math.floor(i / 2)}`),
  );
  test.db.hashes.set(fromText("h"), pairs);
  expect(sizeOf(test, "h", 5)).toBe(sizeOf(test, "h", 0)!);
  expect(sizeOf(test, "h", 0)!).toBeGreaterThan(100 * 8);
  await test.reopen({ save: true });
  expect(sizeOf(test, "h", 5)).toBe(sizeOf(test, "h", 0)!);
});

test("one large element among many counts as far as it is seen", async () => {
  await using test = await openLedis();
  test.db.hashes.set(fromText("h"), [fromText("z"), new Uint8Array(100_000)]);
  const small = Array.from({ length: 100 }, (_, i) => fromText(`a${i}`));
  test.db.hashes.set(fromText("h"), small);
  expect(sizeOf(test, "h", 0)!).toBeGreaterThan(100_000);
  expect(sizeOf(test, "h", 5)!).toBeLessThan(100_000);
});
