import { expect, test } from "bun:test";
import { BroadcastPrefixes } from "../../../src/server/tracking/broadcast-prefixes.ts";

const plain = (prefixes: BroadcastPrefixes<string>) =>
  prefixes.take().map(({ clients, changes }) => [[...clients], changes]);

test("changes are told by prefix, all in the order of bytes, with who did them last", () => {
  const prefixes = new BroadcastPrefixes<string>();
  prefixes.join("b", "one");
  prefixes.join("\xff", "one");
  prefixes.join("", "two");
  prefixes.join("b", "two");
  for (const [name, by] of [
    ["b2", "x"],
    ["b\xe9", "y"],
    ["a", "x"],
    ["b2", null],
    ["b10", "x"],
  ] as const) {
    prefixes.changed(name, by);
  }
  expect(plain(prefixes)).toEqual([
    [
      ["two"],
      [
        ["a", "x"],
        ["b10", "x"],
        ["b2", null],
        ["b\xe9", "y"],
      ],
    ],
    [
      ["one", "two"],
      [
        ["b10", "x"],
        ["b2", null],
        ["b\xe9", "y"],
      ],
    ],
  ]);
  expect(plain(prefixes)).toEqual([]);
});

test("a prefix is there as long as somebody is told of it", () => {
  const prefixes = new BroadcastPrefixes<string>();
  prefixes.join("a", "one");
  prefixes.join("a", "two");
  prefixes.leave("a", "one");
  prefixes.leave("nosuch", "one");
  expect(prefixes.size).toBe(1);
  prefixes.changed("abc", null);
  expect(plain(prefixes)).toEqual([[["two"], [["abc", null]]]]);
  prefixes.leave("a", "two");
  expect(prefixes.size).toBe(0);
  prefixes.changed("abc", null);
  expect(plain(prefixes)).toEqual([]);
});
