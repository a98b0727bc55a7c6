import { expect, test } from "bun:test";
import { fromText } from "../../../src/bytes/bytes.ts";
import { writeTurn } from "../../../src/replication/foreign/write-turn.ts";
import { openLedis } from "../../support/open-ledis.ts";

const KEY = fromText("k");

test("a failure within a turn takes it back, and keys that have ended are hidden again", async () => {
  await using test = await openLedis();
  test.db.strings.set(fromText("ended"), KEY, 1);
  const progress = { ledis: test.ledis, isStopped: () => false };
  const outcome = await writeTurn(progress, () => {
    expect(test.db.keys.has(fromText("ended"))).toBe(true);
    test.db.strings.set(KEY, KEY);
    throw new Error("so");
  }).catch(String);
  expect(outcome).toBe("Error: so");
  await test.commit().catch(() => {});
  expect(test.db.keys.has(KEY)).toBe(false);
  expect(test.db.keys.has(fromText("ended"))).toBe(false);
});

test("nothing is written once nobody wants it", async () => {
  await using test = await openLedis();
  const progress = { ledis: test.ledis, isStopped: () => true };
  const outcome = await writeTurn(progress, () => test.db.strings.set(KEY, KEY)).catch(String);
  expect(outcome).toBe("LinkError: stopped");
  expect(test.db.keys.has(KEY)).toBe(false);
});
