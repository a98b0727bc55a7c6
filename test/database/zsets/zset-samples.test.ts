import { expect, test } from "bun:test";
import { fromText, mapKey } from "../../../src/bytes/bytes.ts";
import { ZSetEntries } from "../../../src/database/zsets/zset-entries.ts";
import type { ScoredMember } from "../../../src/database/zsets/zset-ranges.ts";
import { ZSetSamples } from "../../../src/database/zsets/zset-samples.ts";
import { openLedis, type TestLedis } from "../../support/open-ledis.ts";

const key = fromText("z");
const PLAIN = { condition: null, comparison: null, increments: false } as const;

function samplesOf({ db, ledis }: TestLedis, size: number) {
  for (let i = 0; i < size; i++) {
    db.zsets.add(key, [{ member: fromText(`m${i}`), score: i }], PLAIN);
  }
  const samples = new ZSetSamples(new ZSetEntries(db.collections, ledis.zsetOrder));
  return { samples, set: db.zsets.find(key)! };
}

const isRight = ({ member, score }: ScoredMember): boolean => mapKey(member) === `m${score}`;
const distinct = (members: readonly ScoredMember[]): number =>
  new Set(members.map(({ score }) => score)).size;

test("different members are asked for, few, many and all", async () => {
  await using test = await openLedis();
  const { samples, set } = samplesOf(test, 1000);
  for (const count of [1, 3, 400, 600, 999, 1000, 5000]) {
    const some = samples.some(set, count);
    expect(some.length).toBe(Math.min(count, 1000));
    expect(distinct(some)).toBe(some.length);
    expect(some.every(isRight)).toBe(true);
  }
});

test("members with repeats are as many as asked for", async () => {
  await using test = await openLedis();
  const { samples, set } = samplesOf(test, 5);
  const members = samples.withRepeats(set, 200);
  expect(members.length).toBe(200);
  expect(distinct(members)).toBe(5);
  expect(members.every(isRight)).toBe(true);
});

test("each member has the same chance", async () => {
  await using test = await openLedis();
  const { samples, set } = samplesOf(test, 300);
  const counts = new Array<number>(300).fill(0);
  for (const { score } of samples.withRepeats(set, 30_000)) counts[score]!++;
  expect(Math.min(...counts)).toBeGreaterThan(50);
  expect(Math.max(...counts)).toBeLessThan(170);
});
