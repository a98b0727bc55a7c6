import { expect, test } from "bun:test";
import { replayRecorded } from "../support/recorded-scripts.ts";

test("math.random gives Redis's numbers", async () => {
  expect(await replayRecorded("random", 6)).toEqual([]);
});
