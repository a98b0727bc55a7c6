import { expect, test } from "bun:test";
import { replayRecorded } from "../support/recorded-scripts.ts";

test("cjson.decode reads what it reads in Redis, with its error texts", async () => {
  expect(await replayRecorded("json-reader", 100)).toEqual([]);
});
