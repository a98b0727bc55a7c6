import { expect, test } from "bun:test";
import { replayRecorded } from "../support/recorded-scripts.ts";

test("the first line of a script is read as in Redis", async () => {
  expect(await replayRecorded("flags", 10)).toEqual([]);
});
