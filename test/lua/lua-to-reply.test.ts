import { expect, test } from "bun:test";
import { replayRecorded } from "../support/recorded-scripts.ts";

test("Lua values become the same replies as in Redis, in both protocols", async () => {
  expect(await replayRecorded("conversion", 100)).toEqual([]);
});
