import { expect, test } from "bun:test";
import { fromText } from "../../src/bytes/bytes.ts";
import { countDifferent } from "../../src/rdb/duplicates.ts";

const members = (count: number, ...more: string[]) =>
  function* () {
    for (let i = 0; i < count; i++) yield fromText(`member ${i}`);
    for (const member of more) yield fromText(member);
  };

test("different members are counted", () => {
  expect(countDifferent(members(0))).toBe(0);
  expect(countDifferent(members(1))).toBe(1);
  expect(countDifferent(members(200, ""))).toBe(201);
});

test("one that is there twice is found", () => {
  expect(countDifferent(members(2, "member 0"))).toBeNull();
  expect(countDifferent(members(1000, "member 777"))).toBeNull();
  expect(countDifferent(members(0, "", ""))).toBeNull();
});

test("members whose hashes happen to be the same are different all the same", () => {
  // Among so many, some share one of 2^32 hashes: about five pairs.
  expect(countDifferent(members(200_000))).toBe(200_000);
});
