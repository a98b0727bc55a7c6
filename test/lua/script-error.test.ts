import { expect, test } from "bun:test";
import { replayRecorded } from "../support/recorded-scripts.ts";

test("Lua itself, and the errors of scripts, are those of Redis", async () => {
  expect(await replayRecorded("language", 100)).toEqual([]);
});
