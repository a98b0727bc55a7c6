import { expect, test } from "bun:test";
import fc from "fast-check";
import { compareBytes, fromText } from "../../../src/bytes/bytes.ts";
import { SortedMembers, SortMemory } from "../../../src/database/sorting/sorted-members.ts";

const scored = fc.record({
  member: fc.string({ maxLength: 8 }).map(fromText),
  score: fc.constantFrom(0, -0, 1, 2.5, -3, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
});

test("members come in order of score and member, as a plain sort has it", () => {
  fc.assert(
    fc.property(fc.array(scored, { maxLength: 1500, size: "max" }), (members) => {
      const memory = new SortMemory();
      const sorted = new SortedMembers(memory);
      for (const each of members) expect(sorted.add(each)).toBe(true);
      for (const _ of sorted.sort());
      const found = members.map((_, rank) => {
        const { member, score } = sorted.at(rank);
        return { member: new Uint8Array(member), score };
      });
      const expected = members.toSorted(
        (a, b) => a.score - b.score || compareBytes(a.member, b.member),
      );
      expect(found).toEqual(
        expected.map(({ member, score }) => ({ member: new Uint8Array(member), score })),
      );
      sorted.release();
      sorted.release();
      expect(memory.used).toBe(0);
    }),
    { numRuns: 20 },
  );
});

test("the first ones stay when the others are dropped", () => {
  const memory = new SortMemory();
  const sorted = new SortedMembers(memory);
  for (let i = 0; i < 3000; i++) {
    sorted.add({ member: fromText(`m${i}`), score: (i * 7) % 3000 });
    if (sorted.count >= 200) for (const _ of sorted.trim(100));
  }
  for (const _ of sorted.trim(100));
  for (const _ of sorted.trim(500));
  expect(sorted.count).toBe(100);
  const scores = Array.from({ length: 100 }, (_, rank) => sorted.at(rank).score);
  expect(scores).toEqual(scores.map((_, rank) => rank));
  sorted.release();
  expect(memory.used).toBe(0);
});

test("what all of them take together is limited, and given back", () => {
  const memory = new SortMemory(20_000);
  const [first, second] = [new SortedMembers(memory), new SortedMembers(memory)];
  const entry = { member: fromText("a member of some length"), score: 1 };
  while (first.add(entry));
  expect(memory.used).toBeLessThanOrEqual(20_000);
  expect(first.count).toBeGreaterThan(50);
  first.release();
  expect(second.add(entry)).toBe(true);
  second.release();
  expect(memory.used).toBe(0);
});

test("one may take 64 MB", () => {
  const sorted = new SortedMembers(new SortMemory(Number.POSITIVE_INFINITY));
  const entry = { member: new Uint8Array(1 << 20), score: 1 };
  let count = 0;
  while (sorted.add(entry)) count++;
  expect(count).toBeGreaterThanOrEqual(32);
  expect(count).toBeLessThan(64);
});
