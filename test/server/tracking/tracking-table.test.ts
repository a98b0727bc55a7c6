import { expect, test } from "bun:test";
import { TrackingTable } from "../../../src/server/tracking/tracking-table.ts";

class Reader {
  isGone = false;
}

const readersOf = (count: number) => Array.from({ length: count }, () => new Reader());

test("a key is taken with its readers, once", () => {
  const table = new TrackingTable<Reader>();
  const [a, b] = [new Reader(), new Reader()];
  for (const reader of [a, b, a]) table.add("k", reader);
  table.add("other", a);
  expect([table.size, table.items]).toEqual([2, 3]);
  expect(table.has("k")).toBe(true);
  expect(new Set(table.take("k"))).toEqual(new Set([a, b]));
  expect([...table.take("k")]).toEqual([]);
  expect([...table.take("other")]).toEqual([a]);
  expect([table.size, table.items, table.weight]).toEqual([0, 0, 0]);
});

test("long names weigh more", () => {
  const table = new TrackingTable<Reader>();
  table.add("x".repeat(255), new Reader());
  expect(table.weight).toBe(1);
  table.add("x".repeat(256), new Reader());
  table.add("x".repeat(1024), new Reader());
  expect(table.weight).toBe(1 + 2 + 5);
  table.take("x".repeat(1024));
  expect([table.size, table.weight]).toEqual([2, 3]);
});

test("the oldest keys come first, also when keys come and go meanwhile", () => {
  const table = new TrackingTable<Reader>();
  const reader = new Reader();
  const takeOldest = () => {
    const name = table.oldest();
    if (name !== undefined) table.take(name);
    return name;
  };
  for (const name of ["a", "b", "c"]) table.add(name, reader);
  expect(takeOldest()).toBe("a");
  table.add("a", reader);
  table.take("b");
  expect([takeOldest(), takeOldest(), takeOldest()]).toEqual(["c", "a", undefined]);
  table.add("d", reader);
  expect(takeOldest()).toBe("d");
});

test("clients that are gone are forgotten while others read", () => {
  const table = new TrackingTable<Reader>();
  const gone = readersOf(50);
  for (const [i, reader] of gone.entries()) {
    for (let k = 0; k < 20; k++) table.add(`${i}:${k}`, reader);
    table.add("all", reader);
  }
  expect(table.items).toBe(1050);
  for (const reader of gone) reader.isGone = true;
  const here = new Reader();
  table.add("all", here);
  for (let i = 0; i < 2000; i++) table.add(`new${i}`, here);
  expect([table.size, table.weight]).toEqual([2001, 2001]);
  const others = readersOf(20);
  for (const reader of others) table.add("all", reader);
  expect(table.items).toBe(2001 + 20);
  expect(new Set(table.take("all"))).toEqual(new Set([here, ...others]));
});

test("a key that many short clients read has few entries", () => {
  const table = new TrackingTable<Reader>();
  const here = readersOf(3);
  for (const reader of here) table.add("hot", reader);
  for (let i = 0; i < 1000; i++) {
    const brief = new Reader();
    table.add("hot", brief);
    brief.isGone = true;
  }
  expect(table.items).toBeLessThan(20);
  const left = new Set(table.take("hot"));
  for (const reader of here) expect(left.has(reader)).toBe(true);
});

test("nothing is left when it is cleared", () => {
  const table = new TrackingTable<Reader>();
  for (let i = 0; i < 10; i++) table.add(`${i}`, new Reader());
  table.clear();
  expect([table.size, table.items, table.weight, table.oldest()]).toEqual([0, 0, 0, undefined]);
  table.add("a", new Reader());
  expect(table.oldest()).toBe("a");
});
