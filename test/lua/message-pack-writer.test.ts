import { expect, test } from "bun:test";
import { replayRecorded } from "../support/recorded-scripts.ts";

test("cmsgpack.pack writes the same bytes as in Redis", async () => {
  expect(await replayRecorded("message-pack-writer", 40)).toEqual([]);
});
