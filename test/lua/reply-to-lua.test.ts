import { expect, test } from "bun:test";
import { replayRecorded } from "../support/recorded-scripts.ts";

test("replies of commands become the same Lua values as in Redis, in both protocols", async () => {
  expect(await replayRecorded("calls", 600)).toEqual([]);
});
