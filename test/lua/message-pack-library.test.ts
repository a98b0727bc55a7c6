import { expect, test } from "bun:test";
import { replayRecorded } from "../support/recorded-scripts.ts";

test("cmsgpack tells its name and version", async () => {
  expect(await replayRecorded("message-pack-library", 1)).toEqual([]);
});
