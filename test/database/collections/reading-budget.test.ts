import { expect, test } from "bun:test";
import { fromText } from "../../../src/bytes/bytes.ts";
import {
  BudgetSpentError,
  ReadingBudget,
  UNLIMITED,
} from "../../../src/database/collections/reading-budget.ts";
import { WHOLE } from "../../../src/database/zsets/zset-ranges.ts";
import { openLedis } from "../../support/open-ledis.ts";

const k = fromText("k");
const long = (letter: string) => fromText(letter.repeat(100));

test("a budget is spent to the last byte, and no further", () => {
  const budget = new ReadingBudget(10);
  budget.spend(4);
  budget.spend(6);
  expect(() => budget.spend(1)).toThrow(BudgetSpentError);
  for (let i = 0; i < 3; i++) UNLIMITED.spend(2 ** 40);
});

test("each type counts what it collects", async () => {
  await using test = await openLedis();
  const { db } = test;
  const values = [long("a"), long("b"), long("c")];
  db.sets.add(k, values);
  db.lists.push(fromText("l"), "right", values);
  db.hashes.set(fromText("h"), [long("f"), long("v")]);
  const scored = Array.from({ length: 500 }, (_, i) => ({ member: fromText(`${i}`), score: i }));
  db.zsets.replace(fromText("z"), scored);
  const ranks = { by: "rank", start: 100, stop: 119 } as const;
  const scores = { by: "score", min: 5, minExclusive: false, max: 25, maxExclusive: true } as const;
  const readings = [
    (budget: ReadingBudget) => db.sets.members(k, budget),
    (budget: ReadingBudget) => db.lists.stretches(fromText("l"), 0, -1, budget),
    (budget: ReadingBudget) => db.zsets.stretches(fromText("z"), ranks, WHOLE, budget),
    (budget: ReadingBudget) => db.zsets.stretches(fromText("z"), scores, WHOLE, budget),
    (budget: ReadingBudget) => db.hashes.pairs(fromText("h"), budget),
    (budget: ReadingBudget) => db.hashes.fields(fromText("h"), budget),
    (budget: ReadingBudget) => db.hashes.values(fromText("h"), budget),
  ];
  for (let round = 0; round < 2; round++) {
    for (const read of readings) {
      expect(read(new ReadingBudget(300)).length).toBeGreaterThan(0);
      expect(() => read(new ReadingBudget(150))).toThrow(BudgetSpentError);
    }
    await test.ledis.flush();
  }
});
