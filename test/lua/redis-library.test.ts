import { expect, test } from "bun:test";
import { replayRecorded } from "../support/recorded-scripts.ts";

test("the functions of redis answer as in Redis", async () => {
  expect(await replayRecorded("redis", 40)).toEqual([]);
});
