import { expect, test } from "bun:test";
import {
  PRIOR_ABSENT,
  PRIOR_PRESENT,
  PRIOR_PRESENT_WITH_TTL,
  type Prior,
} from "../../../src/keyspace/rows/row-key.ts";
import { keyRowValue, rawKey, stringKey, TestGeneration } from "../../support/test-rows.ts";

const absent = (): Prior => PRIOR_ABSENT;
const present = (): Prior => PRIOR_PRESENT;
const expiring = (): Prior => PRIOR_PRESENT_WITH_TTL;

test("what a write adds depends on what lies below", () => {
  const cases = [
    { below: absent, plain: [1, 0], ttl: [1, 1], deleted: [0, 0] },
    { below: present, plain: [0, 0], ttl: [0, 1], deleted: [-1, 0] },
    { below: expiring, plain: [0, -1], ttl: [0, 0], deleted: [-1, -1] },
  ];
  for (const { below, plain, ttl, deleted } of cases) {
    const rows = new TestGeneration();
    const counts = () => {
      const { keys, expires } = rows.generation.tally.count(0, below);
      return [keys, expires];
    };
    rows.put(stringKey("k"), keyRowValue("v"));
    expect(counts()).toEqual(plain);
    rows.put(stringKey("k"), keyRowValue("v", 99));
    expect(counts()).toEqual(ttl);
    rows.delete(stringKey("k"));
    expect(counts()).toEqual(deleted);
    rows.put(stringKey("k"), keyRowValue("again"));
    expect(counts()).toEqual(plain);
  }
});

test("each row is looked up below once, whatever happens to it", () => {
  const rows = new TestGeneration();
  let asked = 0;
  const below = (): Prior => {
    asked++;
    return PRIOR_ABSENT;
  };
  for (let i = 0; i < 10; i++) rows.put(stringKey(`k${i}`), keyRowValue("v"));
  expect(rows.generation.tally.pending).toBe(10);
  rows.generation.tally.count(0, below);
  expect(rows.generation.tally.pending).toBe(0);
  rows.put(stringKey("k3"), keyRowValue("w"));
  rows.put(stringKey("k3"), keyRowValue("x"));
  rows.delete(stringKey("k4"));
  expect(rows.generation.tally.pending).toBe(2);
  expect(rows.generation.tally.count(0, below)).toEqual({ keys: 9, expires: 0 });
  expect(asked).toBe(10);
});

test("spaces are counted apart, other rows not at all", () => {
  const rows = new TestGeneration();
  rows.put(stringKey("k", 1), keyRowValue("v"));
  rows.put(stringKey("k", 2), keyRowValue("v", 99));
  rows.put(rawKey("\x02\0\0\0\0\0\x01f"), "v");
  rows.put(rawKey("\0\0\0\0\x01name"), "v");
  expect(rows.generation.tally.count(1, absent)).toEqual({ keys: 1, expires: 0 });
  expect(rows.generation.tally.count(2, absent)).toEqual({ keys: 1, expires: 1 });
  expect(rows.generation.tally.count(3, absent)).toEqual({ keys: 0, expires: 0 });
});

test("an undone turn does not count", () => {
  const rows = new TestGeneration();
  rows.begin();
  rows.put(stringKey("a"), keyRowValue("v"));
  rows.put(stringKey("b"), keyRowValue("v"));
  const undo = rows.begin();
  rows.put(stringKey("a"), keyRowValue("v", 99));
  rows.delete(stringKey("b"));
  rows.put(stringKey("c"), keyRowValue("v"));
  expect(rows.generation.tally.count(0, absent)).toEqual({ keys: 2, expires: 1 });
  undo();
  expect(rows.generation.tally.count(0, absent)).toEqual({ keys: 2, expires: 0 });
  rows.begin();
  rows.put(stringKey("d"), keyRowValue("v"));
  expect(rows.generation.tally.count(0, absent)).toEqual({ keys: 3, expires: 0 });
});

test("a key that was read before the write needs no look-up, while the same generation takes it", () => {
  const key = stringKey("k");
  const rows = new TestGeneration();
  key.prior = PRIOR_PRESENT;
  key.priorOwner = rows.generation;
  rows.put(key, keyRowValue("v"));
  const never = (): Prior => {
    throw new Error("asked");
  };
  expect(rows.generation.tally.count(0, never)).toEqual({ keys: 0, expires: 0 });
  const next = new TestGeneration();
  next.put(key, keyRowValue("v"));
  expect(next.generation.tally.count(0, absent)).toEqual({ keys: 1, expires: 0 });
});
