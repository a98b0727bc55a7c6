import { expect, test } from "bun:test";
import { type Bytes, fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { clock } from "../../../src/clock.ts";
import { useFakeClock } from "../../support/fake-clock.ts";
import { openLedis } from "../../support/open-ledis.ts";

const h = fromText("h");
const [f, g, x] = ["f", "g", "x"].map(fromText) as [Bytes, Bytes, Bytes];
const texts = (values: (Bytes | null)[]) => values.map((value) => value && mapKey(value));

test("a field takes a TTL under conditions", async () => {
  using _time = useFakeClock();
  await using test = await openLedis();
  const { hashes, hashTtls } = test.db;
  hashes.set(h, [f, f, g, g]);
  const now = clock.nowMs();
  expect(hashTtls.expire(h, [f, x], now + 50, "XX")).toEqual([0, -2]);
  expect(hashTtls.expire(h, [f], now + 50, "GT")).toEqual([0]);
  expect(hashTtls.expire(h, [f], now + 50, "LT")).toEqual([1]);
  expect(hashTtls.expire(h, [f], now + 60, "NX")).toEqual([0]);
  expect(hashTtls.expire(h, [f], now + 60, "LT")).toEqual([0]);
  expect(hashTtls.expire(h, [f], now + 50, "GT")).toEqual([0]);
  expect(hashTtls.expire(h, [f], now + 60, "GT")).toEqual([1]);
  expect(hashTtls.expire(h, [f], now + 40, "XX")).toEqual([1]);
  expect(hashTtls.deadlines(h, [f, g, x])).toEqual([now + 40, 0, null]);
  expect(hashTtls.expire(h, [g, g], now, null)).toEqual([2, -2]);
  expect(hashTtls.persist(h, [f, f, g])).toEqual([1, -1, -2]);
  expect(hashTtls.expire(h, [f], now - 1, null)).toEqual([2]);
  expect(test.db.keys.has(h)).toBe(false);
  expect(hashTtls.expire(h, [f], now + 1, null)).toEqual([-2]);
});

test("what stores a field takes its TTL away, what adds to it keeps it", async () => {
  using _time = useFakeClock();
  await using test = await openLedis();
  const { hashes, hashTtls } = test.db;
  const at = clock.nowMs() + 50;
  hashes.set(h, [f, fromText("1"), g, fromText("1")]);
  hashTtls.expire(h, [f, g], at, null);
  hashes.incrementBy(h, f, 1);
  hashes.incrementByFloat(h, f, fromText("0.5"));
  expect(hashTtls.deadlines(h, [f])).toEqual([at]);
  hashes.set(h, [f, f]);
  expect(hashTtls.deadlines(h, [f, g])).toEqual([0, at]);
});

test("values are answered with their fields' TTLs changed, or removed", async () => {
  using _time = useFakeClock();
  await using test = await openLedis();
  const { hashes, hashTtls } = test.db;
  const now = clock.nowMs();
  hashes.set(h, [f, f, g, g]);
  expect(texts(hashTtls.getAndExpire(h, [f, x], now + 50))).toEqual(["f", null]);
  expect(hashTtls.deadlines(h, [f])).toEqual([now + 50]);
  expect(texts(hashTtls.getAndExpire(h, [f], 0))).toEqual(["f"]);
  expect(hashTtls.deadlines(h, [f])).toEqual([0]);
  expect(texts(hashTtls.getAndExpire(h, [f], now))).toEqual(["f"]);
  expect(texts(hashTtls.take(h, [f, g, g]))).toEqual([null, "g", null]);
  expect(test.db.keys.has(h)).toBe(false);
});

test("fields are stored with a TTL if the condition holds", async () => {
  using _time = useFakeClock();
  await using test = await openLedis();
  const { hashTtls } = test.db;
  const at = clock.nowMs() + 50;
  expect(hashTtls.store(h, [f, f], { condition: "FXX", expireAt: at })).toBe(false);
  expect(hashTtls.store(h, [f, f, f, g], { condition: "FNX", expireAt: at })).toBe(true);
  expect(hashTtls.store(h, [g, f, f, g], { condition: "FNX", expireAt: at })).toBe(false);
  expect(hashTtls.store(h, [f, f, g, g], { condition: "FXX", expireAt: at })).toBe(false);
  expect(hashTtls.store(h, [f, f, g, g], { condition: null, expireAt: "keep" })).toBe(true);
  expect(hashTtls.deadlines(h, [f, g])).toEqual([at, 0]);
  expect(hashTtls.store(h, [f, f], { condition: "FXX", expireAt: 0 })).toBe(true);
  expect(hashTtls.deadlines(h, [f, g])).toEqual([0, 0]);
  expect(hashTtls.store(h, [f, f, g, g], { condition: null, expireAt: at - 50 })).toBe(true);
  expect(test.db.keys.has(h)).toBe(false);
  expect(hashTtls.store(h, [f, f], { condition: null, expireAt: at - 50 })).toBe(true);
  expect(test.db.keys.has(h)).toBe(false);
});
