import { expect, test } from "bun:test";
import { replayRecorded } from "../support/recorded-scripts.ts";

test("bit answers what it answers in Redis", async () => {
  expect(await replayRecorded("bit", 30)).toEqual([]);
});
