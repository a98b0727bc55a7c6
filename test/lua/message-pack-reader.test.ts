import { expect, test } from "bun:test";
import { replayRecorded } from "../support/recorded-scripts.ts";

test("cmsgpack.unpack reads what it reads in Redis", async () => {
  expect(await replayRecorded("message-pack-reader", 60)).toEqual([]);
});
