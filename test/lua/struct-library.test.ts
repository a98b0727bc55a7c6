import { expect, test } from "bun:test";
import { replayRecorded } from "../support/recorded-scripts.ts";

test("struct packs and unpacks as in Redis, errors included", async () => {
  expect(await replayRecorded("struct", 60)).toEqual([]);
});
