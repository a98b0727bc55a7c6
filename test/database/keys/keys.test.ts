import { describe, expect, test } from "bun:test";
import { fromText, mapKey } from "../../../src/bytes/bytes.ts";
import type { TtlConditions } from "../../../src/database/keys/keys.ts";
import { errors } from "../../../src/errors.ts";
import { EXPIRE_AT_MAX_MS, TYPE_HASH, TYPE_STRING } from "../../../src/keyspace/rows/key-row.ts";
import { useFakeClock } from "../../support/fake-clock.ts";
import { putCollection } from "../../support/hand-made-collections.ts";
import { openLedis } from "../../support/open-ledis.ts";

const k = fromText("k");
const l = fromText("l");
const v = fromText("v");

const only = (name: keyof TtlConditions): TtlConditions => ({
  NX: false,
  XX: false,
  GT: false,
  LT: false,
  [name]: true,
});

test("a key is there until it is removed, whatever it holds", async () => {
  await using test = await openLedis();
  const { keys, strings } = test.db;
  strings.set(k, v);
  putCollection(test.ledis, test.db, l);
  expect([keys.has(k), keys.type(k), keys.type(l)]).toEqual([true, TYPE_STRING, TYPE_HASH]);
  expect([keys.remove(k), keys.remove(k), keys.remove(l)]).toEqual([true, false, true]);
  expect([keys.has(k), keys.type(k), keys.expireAt(l)]).toEqual([false, null, null]);
});

describe("a TTL", () => {
  test("is set, answered and taken away; the value stays", async () => {
    using _time = useFakeClock(1000);
    await using test = await openLedis();
    const { keys, strings } = test.db;
    expect(keys.expire(k, 5000)).toBe(false);
    strings.set(k, v);
    expect([keys.expireAt(k), keys.persist(k)]).toEqual([0, false]);
    expect([keys.expire(k, 5000), keys.expireAt(k)]).toEqual([true, 5000]);
    expect([keys.persist(k), keys.expireAt(k)]).toEqual([true, 0]);
    expect(mapKey(strings.get(k)!)).toBe("v");
    expect(keys.persist(l)).toBe(false);
  });

  test("of a collection leaves the collection alone", async () => {
    await using test = await openLedis();
    const id = putCollection(test.ledis, test.db, k);
    test.db.keys.expire(k, 9e12);
    test.db.keys.persist(k);
    expect(test.db.table.find(k)!.id).toBe(id);
  });

  test("that has passed removes the key", async () => {
    using _time = useFakeClock(1000);
    await using test = await openLedis();
    for (const at of [1000, 0, -5]) {
      test.db.strings.set(k, v);
      expect(test.db.keys.expire(k, at)).toBe(true);
      expect(test.db.keys.has(k)).toBe(false);
    }
  });

  test("beyond what a row can hold is the last one that it can", async () => {
    await using test = await openLedis();
    test.db.strings.set(k, v);
    test.db.keys.expire(k, Number.MAX_VALUE);
    expect(test.db.keys.expireAt(k)).toBe(EXPIRE_AT_MAX_MS);
    expect(test.db.keys.expire(k, Number.MAX_VALUE, only("GT"))).toBe(false);
  });

  test.each([
    // condition, without a TTL, with one: sooner, the same, later
    ["NX", true, [false, false, false]],
    ["XX", false, [true, true, true]],
    ["GT", false, [false, false, true]],
    ["LT", true, [true, false, false]],
  ] as const)("with %s is taken where that holds", async (name, without, withOne) => {
    using _time = useFakeClock(1000);
    await using test = await openLedis();
    const { keys, strings } = test.db;
    strings.set(k, v);
    expect(keys.expire(k, 5000, only(name))).toBe(without);
    for (const [i, at] of [4999, 5000, 5001].entries()) {
      strings.set(k, v, 5000);
      expect(keys.expire(k, at, only(name))).toBe(withOne[i]!);
      expect(keys.expireAt(k)).toBe(withOne[i] ? at : 5000);
    }
  });
});

describe("renaming", () => {
  test("takes value and TTL along and replaces what was there", async () => {
    await using test = await openLedis();
    const { keys, strings } = test.db;
    strings.set(k, v, 9e12);
    strings.set(l, fromText("other"));
    keys.rename(k, l);
    expect([keys.has(k), mapKey(strings.get(l)!), keys.expireAt(l)]).toEqual([false, "v", 9e12]);
  });

  test("to itself changes nothing; a missing key is a mistake", async () => {
    await using test = await openLedis();
    const { keys, strings } = test.db;
    expect(() => keys.rename(k, k)).toThrow(errors.noSuchKey);
    expect(() => keys.renameIfFree(k, l)).toThrow(errors.noSuchKey);
    strings.set(k, v);
    keys.rename(k, k);
    expect(keys.renameIfFree(k, k)).toBe(false);
    expect(mapKey(strings.get(k)!)).toBe("v");
  });

  test("if the name is free leaves what is there", async () => {
    await using test = await openLedis();
    const { keys, strings } = test.db;
    strings.set(k, v);
    strings.set(l, fromText("other"));
    expect(keys.renameIfFree(k, l)).toBe(false);
    keys.remove(l);
    expect(keys.renameIfFree(k, l)).toBe(true);
  });

  test("takes a collection along", async () => {
    await using test = await openLedis();
    const id = putCollection(test.ledis, test.db, k, 9e12);
    test.db.keys.rename(k, l);
    expect(test.db.table.find(l)).toMatchObject({ type: TYPE_HASH, id, expireAt: 9e12 });
  });
});

describe("copying", () => {
  test("takes value and TTL along, within a database and to another", async () => {
    await using test = await openLedis();
    const other = test.ledis.select(1);
    const { keys, strings, table } = test.db;
    expect(keys.copy(k, table, l, false)).toBe(false);
    strings.set(k, v, 9e12);
    expect(keys.copy(k, table, l, false)).toBe(true);
    expect(keys.copy(k, other.table, k, false)).toBe(true);
    for (const db of [test.db, other]) {
      const key = db === other ? k : l;
      expect([mapKey(db.strings.get(key)!), db.keys.expireAt(key)]).toEqual(["v", 9e12]);
    }
    strings.set(k, fromText("w"));
    expect(mapKey(strings.get(l)!)).toBe("v");
  });

  test("replaces only when it may", async () => {
    await using test = await openLedis();
    const { keys, strings, table } = test.db;
    strings.set(k, v);
    putCollection(test.ledis, test.db, l);
    expect(keys.copy(k, table, l, false)).toBe(false);
    expect(keys.type(l)).toBe(TYPE_HASH);
    expect(keys.copy(k, table, l, true)).toBe(true);
    expect(mapKey(strings.get(l)!)).toBe("v");
  });
});

test("moving takes value and TTL along, unless the key is there already", async () => {
  await using test = await openLedis();
  const other = test.ledis.select(1);
  const { keys, strings } = test.db;
  expect(keys.moveTo(other.table, k)).toBe(false);
  strings.set(k, v, 9e12);
  expect(keys.moveTo(other.table, k)).toBe(true);
  expect([keys.has(k), other.keys.expireAt(k)]).toEqual([false, 9e12]);
  strings.set(k, v);
  expect(keys.moveTo(other.table, k)).toBe(false);
});

test("the encoding is Redis's word for a value like this", async () => {
  await using test = await openLedis();
  const encodings = [
    "0",
    "-5",
    "9223372036854775807",
    "9223372036854775808",
    "007",
    "",
    "x".repeat(44),
    "x".repeat(45),
  ].map((text) => {
    test.db.strings.set(k, fromText(text));
    return test.db.keys.encoding(k);
  });
  expect(encodings).toEqual(["int", "int", "int", "embstr", "embstr", "embstr", "embstr", "raw"]);
  expect(test.db.keys.encoding(l)).toBeNull();
});
