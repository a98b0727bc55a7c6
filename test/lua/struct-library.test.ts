import { expect, test } from "bun:test";
import { replayRecorded } from "../support/recorded-scripts.ts";
import { TestScripts } from "../support/script-host.ts";

test("struct packs and unpacks as in Redis, errors included", async () => {
  expect(await replayRecorded("struct", 60)).toEqual([]);
});

test("T is a size_t of 64 bits", () => {
  const body =
    "{struct.size('bTb'), struct.size('!8bTb'), struct.unpack('>T', struct.pack('>T', 5))}";
  expect(new TestScripts().run(`return ${body}`)).toEqual([10, 17, 5, 9]);
});
