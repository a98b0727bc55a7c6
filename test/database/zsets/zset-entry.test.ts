import { expect, test } from "bun:test";
import { compareBytes, concatBytes, fromText, toText } from "../../../src/bytes/bytes.ts";
import { Stretch } from "../../../src/bytes/stretch.ts";
import {
  behind,
  entryOf,
  memberOf,
  memberStretch,
  scoreBytes,
  scoreOf,
  scoreOfStretch,
} from "../../../src/database/zsets/zset-entry.ts";

test("an entry gives back its score and its member", () => {
  for (const score of [0, 1.5, -3, Infinity, -Infinity, 5e-324]) {
    const entry = entryOf(score, fromText("member"));
    expect(scoreOf(entry)).toBe(score);
    expect(toText(memberOf(entry))).toBe("member");
  }
});

test("entries sort by score, then by the member's bytes", () => {
  const sorted = [
    entryOf(-Infinity, fromText("z")),
    entryOf(-1, fromText("a")),
    entryOf(0, fromText("")),
    entryOf(0, fromText("a")),
    entryOf(0, fromText("a\0")),
    entryOf(0, fromText("b")),
    entryOf(1e300, fromText("")),
  ];
  expect(sorted.toSorted(compareBytes)).toEqual(sorted);
});

test("-0 is stored as 0", () => {
  expect(entryOf(-0, fromText("m"))).toEqual(entryOf(0, fromText("m")));
  expect(scoreBytes(-0)).toEqual(scoreBytes(0));
});

test("nothing lies between an entry and what is behind it", () => {
  const entry = entryOf(1, fromText("a"));
  expect(behind(entry)).toEqual(entryOf(1, fromText("a\0")));
});

test("member and score are read where the entry stands", () => {
  const entry = entryOf(-2.5, fromText("member"));
  const stretch = new Stretch(concatBytes(fromText("before"), entry, fromText("behind")), 6, 20);
  expect(toText(memberStretch(stretch).view())).toBe("member");
  expect(toText(memberOf(entry))).toBe("member");
  expect([scoreOfStretch(stretch), scoreOf(entry)]).toEqual([-2.5, -2.5]);
});
