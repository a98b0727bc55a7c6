import { expect, test } from "bun:test";
import { replayRecorded } from "../support/recorded-scripts.ts";

test("the settings of cjson are those of Redis", async () => {
  expect(await replayRecorded("json-library", 9)).toEqual([]);
});
