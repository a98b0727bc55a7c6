import { expect, test } from "bun:test";
import { replayRecorded } from "../support/recorded-scripts.ts";

test("cjson.encode writes the same bytes as in Redis", async () => {
  expect(await replayRecorded("json-writer", 40)).toEqual([]);
});
