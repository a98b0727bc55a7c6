import { describe, expect, test } from "bun:test";
import { type Bytes, fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { errors } from "../../../src/errors.ts";
import { putCollection } from "../../support/hand-made-collections.ts";
import { openLedis } from "../../support/open-ledis.ts";

const k = fromText("k");
const text = (bytes: Bytes | null): string | null => (bytes === null ? null : mapKey(bytes));

test("a value is stored whatever the key held, and drops its TTL", async () => {
  await using test = await openLedis();
  const { strings, keys } = test.db;
  putCollection(test.ledis, test.db, k, 9e12);
  strings.set(k, fromText("v"));
  expect([text(strings.get(k)), keys.expireAt(k)]).toEqual(["v", 0]);
  strings.set(k, fromText("w"), 9e12);
  expect([text(strings.get(k)), keys.expireAt(k)]).toEqual(["w", 9e12]);
});

test("a blind set looks nothing up", async () => {
  await using test = await openLedis();
  test.db.strings.set(k, k);
  const before = test.ledis.keyspace.stats().statements;
  for (let i = 0; i < 100; i++) test.db.strings.set(fromText(`key:${i}`), k);
  test.db.strings.setPairs([k, k, fromText("l"), k]);
  expect(test.ledis.keyspace.stats().statements).toBe(before);
});

describe("a set with options", () => {
  const options = { expireAt: 0, condition: null, wantsOld: false } as const;

  test("stores only where the condition holds", async () => {
    await using test = await openLedis();
    const { strings } = test.db;
    const v = fromText("v");
    expect(strings.setWith(k, v, { ...options, condition: "XX" }).stored).toBe(false);
    expect(strings.setWith(k, v, { ...options, condition: "NX" }).stored).toBe(true);
    expect(strings.setWith(k, v, { ...options, condition: "NX" }).stored).toBe(false);
    expect(strings.setWith(k, v, { ...options, condition: "XX" }).stored).toBe(true);
    expect(strings.setIfFree(k, v)).toBe(false);
    expect(strings.setIfFree(fromText("l"), v)).toBe(true);
  });

  test("answers the old value, stored or not, in memory of its own", async () => {
    await using test = await openLedis();
    const { strings } = test.db;
    strings.set(k, fromText("1"));
    const outcome = strings.setWith(k, fromText("2"), { ...options, wantsOld: true });
    expect([outcome.stored, text(outcome.old)]).toEqual([true, "1"]);
    const refused = strings.setWith(k, k, { ...options, condition: "NX", wantsOld: true });
    expect([refused.stored, text(refused.old)]).toEqual([false, "2"]);
    putCollection(test.ledis, test.db, k);
    expect(() => strings.setWith(k, k, { ...options, wantsOld: true })).toThrow(errors.wrongType);
  });

  test("keeps the TTL when told so", async () => {
    await using test = await openLedis();
    const { strings, keys } = test.db;
    strings.set(k, fromText("1"), 9e12);
    strings.setWith(k, fromText("22"), { ...options, expireAt: "keep" });
    expect([text(strings.get(k)), keys.expireAt(k)]).toEqual(["22", 9e12]);
    strings.setWith(fromText("l"), k, { ...options, expireAt: "keep" });
    expect(keys.expireAt(fromText("l"))).toBe(0);
  });
});

test("taking and replacing answer a copy of what was there", async () => {
  await using test = await openLedis();
  const { strings, keys } = test.db;
  expect([strings.take(k), strings.replace(k, fromText("1"))]).toEqual([null, null]);
  const old = strings.replace(k, fromText("2"));
  const taken = strings.take(k);
  strings.set(k, fromText("3"));
  expect([text(old), text(taken), keys.expireAt(k)]).toEqual(["1", "2", 0]);
});

describe("parts of a string", () => {
  test("are appended, and the TTL stays", async () => {
    await using test = await openLedis();
    const { strings, keys } = test.db;
    expect(strings.append(k, fromText("one"))).toBe(3);
    keys.expire(k, 9e12);
    expect(strings.append(k, fromText("two"))).toBe(6);
    expect(strings.append(k, new Uint8Array(0))).toBe(6);
    expect([text(strings.get(k)), keys.expireAt(k), strings.length(k)]).toEqual([
      "onetwo",
      9e12,
      6,
    ]);
  });

  test("are written anywhere; gaps are zero bytes also where something longer was before", async () => {
    await using test = await openLedis();
    const { strings, keys } = test.db;
    strings.set(k, fromText("xxxxxxxxxxxx"));
    keys.remove(k);
    expect(strings.setRange(k, 3, fromText("a"))).toBe(4);
    expect(strings.setRange(k, 1, fromText("b"))).toBe(4);
    expect(strings.setRange(k, 6, fromText("c"))).toBe(7);
    expect(text(strings.get(k))).toBe("\0b\0a\0\0c");
    expect(strings.setRange(fromText("l"), 5, new Uint8Array(0))).toBe(0);
    expect(keys.has(fromText("l"))).toBe(false);
  });

  test("are read between two indexes, as Redis counts them", async () => {
    await using test = await openLedis();
    const { strings } = test.db;
    strings.set(k, fromText("hello"));
    const range = (start: number, end: number) => text(strings.getRange(k, start, end));
    expect([range(0, -1), range(1, 3), range(-3, -2), range(-100, 100)]).toEqual([
      "hello",
      "ell",
      "ll",
      "hello",
    ]);
    expect([range(3, 1), range(-1, -2), range(5, 9), range(-9, -8)]).toEqual(["", "", "", "h"]);
    expect(strings.getRange(fromText("l"), 0, -1)).toHaveLength(0);
  });

  test("longer than allowed are refused, and nothing changes", async () => {
    await using test = await openLedis({ valueBytesMax: 10 });
    const { strings } = test.db;
    strings.set(k, fromText("12345678"));
    expect(() => strings.append(k, fromText("123"))).toThrow(errors.stringTooLong);
    expect(() => strings.setRange(k, 10, fromText("1"))).toThrow(errors.stringTooLong);
    expect(() => strings.setRange(k, Number.MAX_SAFE_INTEGER, k)).toThrow(errors.stringTooLong);
    expect(text(strings.get(k))).toBe("12345678");
    expect(strings.setRange(k, 9, fromText("1"))).toBe(10);
  });
});

describe("numbers", () => {
  test("are exact up to 64 bits and keep the TTL", async () => {
    await using test = await openLedis();
    const { strings, keys } = test.db;
    expect(strings.incrementBy(k, 5)).toBe(5);
    keys.expire(k, 9e12);
    expect(strings.incrementBy(k, -8)).toBe(-3);
    expect(strings.incrementBy(k, Number.MAX_SAFE_INTEGER)).toBe(Number.MAX_SAFE_INTEGER - 3);
    expect(strings.incrementBy(k, 100)).toBe(9007199254741088n);
    expect(strings.incrementBy(k, -100)).toBe(9007199254740988n);
    expect(strings.incrementBy(k, 9214364837600034819n)).toBe(2n ** 63n - 1n);
    expect(() => strings.incrementBy(k, 1)).toThrow(errors.overflow);
    expect([text(strings.get(k)), keys.expireAt(k)]).toEqual(["9223372036854775807", 9e12]);
  });

  test.each(["", " 1", "1 ", "01", "+1", "1.0", "x", "9223372036854775808", "-0"])(
    "%p is none",
    async (value) => {
      await using test = await openLedis();
      test.db.strings.set(k, fromText(value));
      expect(() => test.db.strings.incrementBy(k, 1)).toThrow(errors.notInteger);
      expect(text(test.db.strings.get(k))).toBe(value);
    },
  );

  test("with fractions are added as Redis adds them", async () => {
    await using test = await openLedis();
    const { strings, keys } = test.db;
    const add = (increment: string) => text(strings.incrementByFloat(k, fromText(increment)));
    expect([add("10.5"), add("0.1"), add("-5")]).toEqual(["10.5", "10.6", "5.6"]);
    keys.expire(k, 9e12);
    expect([add("5.0e3"), keys.expireAt(k)]).toEqual(["5005.60000000000000009", 9e12]);
    expect(() => add("inf")).toThrow(errors.infiniteIncrement);
    expect(() => add("x")).toThrow(errors.notFloat);
    putCollection(test.ledis, test.db, k);
    expect(() => add("x")).toThrow(errors.wrongType);
  });
});

test("several are stored together, or none", async () => {
  await using test = await openLedis();
  const { strings } = test.db;
  const [a, b, c] = [fromText("a"), fromText("b"), fromText("c")];
  expect(strings.setPairsIfFree([a, k, b, k])).toBe(true);
  expect(strings.setPairsIfFree([c, k, b, k])).toBe(false);
  expect([text(strings.get(c)), text(strings.get(b))]).toEqual([null, "k"]);
  strings.setPairs([a, b, a, c]);
  expect(text(strings.get(a))).toBe("c");
});

test("a key of another type is refused, except where many are asked for", async () => {
  await using test = await openLedis();
  const { strings } = test.db;
  putCollection(test.ledis, test.db, k);
  const refused = [
    () => strings.get(k),
    () => strings.length(k),
    () => strings.append(k, k),
    () => strings.setRange(k, 0, new Uint8Array(0)),
    () => strings.getRange(k, 0, -1),
    () => strings.incrementBy(k, 1),
    () => strings.take(k),
    () => strings.replace(k, k),
  ];
  for (const call of refused) expect(call).toThrow(errors.wrongType);
  expect(strings.getIfString(k)).toBeNull();
});
