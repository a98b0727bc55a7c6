import { describe, expect, test } from "bun:test";
import { type Bytes, fromText, toText } from "../../../src/bytes/bytes.ts";
import type { DB } from "../../../src/database/db.ts";
import type { FieldFilter } from "../../../src/database/hashes/hashes.ts";
import { openLedis } from "../../support/open-ledis.ts";

const key = fromText("key");
const words = (...texts: string[]): Bytes[] => texts.map(fromText);
const texts = (items: readonly Bytes[]): string[] => items.map(toText);

/** The keys that a database says were changed, from now on. */
function listen(db: DB): string[] {
  const changed: string[] = [];
  db.table.listen({
    keyChanged: (key) => changed.push(toText(key)),
    keysReplaced: () => changed.push("all"),
  });
  return changed;
}

describe("writing", () => {
  test("set counts new fields, one that is named twice once", async () => {
    await using test = await openLedis();
    const { hashes } = test.db;
    expect(hashes.set(key, words("a", "1", "b", "2", "a", "3"))).toBe(2);
    expect(hashes.set(key, words("b", "4", "c", "5", "c", "6"))).toBe(1);
    expect(texts(hashes.pairs(key))).toEqual(["a", "3", "b", "4", "c", "6"]);
    expect(hashes.size(key)).toBe(3);
  });

  test("the last field takes the key and its TTL with it", async () => {
    await using test = await openLedis();
    const { db } = test;
    db.hashes.set(key, words("a", "1", "b", "2"));
    db.keys.expire(key, Date.UTC(2100, 0, 1));
    expect(db.hashes.delete(key, words("a", "a", "x", "b"))).toBe(2);
    expect(db.keys.has(key)).toBe(false);
    db.hashes.set(key, words("c", "3"));
    expect(db.keys.expireAt(key)).toBe(0);
    expect(texts(db.hashes.pairs(key))).toEqual(["c", "3"]);
  });

  test("a write keeps the TTL", async () => {
    await using test = await openLedis();
    const { db } = test;
    const at = Date.UTC(2100, 0, 1);
    db.hashes.set(key, words("a", "1"));
    db.keys.expire(key, at);
    db.hashes.set(key, words("a", "2", "b", "3"));
    db.hashes.delete(key, words("a"));
    expect(db.keys.expireAt(key)).toBe(at);
  });

  test("a hash that replaces a removed one has nothing of it", async () => {
    await using test = await openLedis();
    const { db } = test;
    db.hashes.set(key, words("a", "1", "b", "2"));
    await test.ledis.flush();
    db.keys.remove(key);
    db.hashes.set(key, words("b", "3"));
    expect(texts(db.hashes.pairs(key))).toEqual(["b", "3"]);
    expect(db.hashes.get(key, fromText("a"))).toBe(null);
  });

  test("whoever listens is told of each write, and of nothing that was none", async () => {
    await using test = await openLedis();
    const { hashes } = test.db;
    hashes.set(key, words("a", "1"));
    const changed = listen(test.db);
    hashes.set(key, words("a", "1"));
    hashes.incrementBy(key, fromText("a"), 1);
    hashes.delete(key, words("a"));
    expect(changed).toEqual(["key", "key", "key"]);
    hashes.delete(key, words("a"));
    expect(hashes.setIfFree(key, fromText("b"), fromText("1"))).toBe(true);
    expect(hashes.setIfFree(key, fromText("b"), fromText("2"))).toBe(false);
    expect(changed.length).toBe(4);
  });

  test("a value that is replaced within a turn by one of its own size is the new one", async () => {
    await using test = await openLedis();
    const { hashes } = test.db;
    hashes.set(key, words("a", "one", "b", "two"));
    const view = hashes.get(key, fromText("b"))!;
    hashes.set(key, [fromText("a"), view]);
    expect(texts(hashes.values(key))).toEqual(["two", "two"]);
  });

  test("a failed increment changes nothing, not even a missing key", async () => {
    await using test = await openLedis();
    const { hashes } = test.db;
    const field = fromText("f");
    expect(() => hashes.incrementByFloat(key, field, fromText("inf"))).toThrow("NaN or Infinity");
    expect(() => hashes.incrementByFloat(key, field, fromText("x"))).toThrow("valid float");
    expect(test.db.keys.has(key)).toBe(false);
    hashes.set(key, words("f", "9223372036854775807"));
    expect(() => hashes.incrementBy(key, field, 1)).toThrow("overflow");
    expect(hashes.incrementBy(key, field, -1n)).toBe(9223372036854775806n);
    expect(toText(hashes.incrementByFloat(key, field, fromText("-9223372036854775805.5")))).toBe(
      "0.5",
    );
  });
});

describe("reading", () => {
  test("a missing key is an empty hash", async () => {
    await using test = await openLedis();
    const { hashes } = test.db;
    expect(hashes.get(key, key)).toBe(null);
    expect(hashes.getEach(key, [key, key])).toEqual([null, null]);
    expect(hashes.has(key, key)).toBe(false);
    expect(hashes.size(key)).toBe(0);
    expect(hashes.pairs(key)).toEqual([]);
    expect(hashes.random(key)).toBe(null);
    expect(hashes.randomFields(key, { count: 3, repeats: true })).toEqual([]);
    expect(hashes.randomPairs(key, { count: 3, repeats: false })).toEqual([]);
  });

  test("every operation refuses a key of another type", async () => {
    await using test = await openLedis();
    const { db } = test;
    db.strings.set(key, key);
    const { hashes } = db;
    const calls = [
      () => hashes.get(key, key),
      () => hashes.getEach(key, [key]),
      () => hashes.has(key, key),
      () => hashes.valueLength(key, key),
      () => hashes.size(key),
      () => hashes.set(key, [key, key]),
      () => hashes.setIfFree(key, key, key),
      () => hashes.delete(key, [key]),
      () => hashes.pairs(key),
      () => hashes.incrementBy(key, key, 1),
      () => hashes.incrementByFloat(key, key, fromText("1")),
      () => hashes.random(key),
      () => hashes.page(key, () => ({ after: null, pattern: null, rowsMax: 1 })),
    ];
    for (const call of calls) expect(call).toThrow("WRONGTYPE");
  });

  test("a field chosen by chance comes with its own value, each of them sooner or later", async () => {
    await using test = await openLedis();
    const { hashes } = test.db;
    hashes.set(key, words("a", "1", "b", "2", "c", "3"));
    const seen = new Set<string>();
    const pairs = texts(hashes.randomPairs(key, { count: 200, repeats: true }));
    for (let i = 0; i < pairs.length; i += 2) seen.add(`${pairs[i]}${pairs[i + 1]}`);
    expect([...seen].sort()).toEqual(["a1", "b2", "c3"]);
    expect(texts(hashes.randomPairs(key, { count: 9, repeats: false }))).toEqual(
      texts(hashes.pairs(key)),
    );
  });
});

describe("pages", () => {
  const filter = (more: Partial<FieldFilter>): FieldFilter => ({
    after: null,
    pattern: null,
    rowsMax: 2,
    ...more,
  });

  test("a small hash comes in one page, one with a long value does not", async () => {
    await using test = await openLedis();
    const { hashes } = test.db;
    hashes.set(key, words("a", "1", "b", "2", "c", "3", "d", "4"));
    expect(hashes.page(key, () => filter({})).last).toBe(null);
    hashes.set(key, words("b", "x".repeat(65)));
    const first = hashes.page(key, () => filter({}));
    expect(first.items.length).toBe(4);
    expect(toText(first.last!)).toBe("b");
    const second = hashes.page(key, () => filter({ after: first.last }));
    expect(texts(second.items)).toEqual(["c", "3", "d", "4"]);
    expect(second.last).toBe(null);
  });

  test("a pattern lets fields through, its literal start narrows what is looked at", async () => {
    await using test = await openLedis();
    const { hashes } = test.db;
    for (let i = 0; i < 600; i++) hashes.set(key, words(`f${i}`, "x"));
    hashes.set(key, words("", "empty", "z1", "1", "z2", "2"));
    const narrow = hashes.page(key, () => filter({ pattern: fromText("z*") }));
    expect(texts(narrow.items)).toEqual(["z1", "1", "z2", "2"]);
    expect(narrow.last).toBe(null);
    const all = hashes.page(key, () => filter({ pattern: fromText("*") }));
    expect(texts(all.items)).toEqual(["", "empty", "f0", "x"]);
    const wide = hashes.page(key, () => filter({ pattern: fromText("?1") }));
    expect(wide.items).toEqual([]);
    expect(toText(wide.last!)).toBe("f0");
  });

  test("the filter is not asked for when there is no such key", async () => {
    await using test = await openLedis();
    const page = test.db.hashes.page(key, () => {
      throw new Error("asked");
    });
    expect(page).toEqual({ items: [], last: null });
  });
});
