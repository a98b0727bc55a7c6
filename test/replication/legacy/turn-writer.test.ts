import { expect, test } from "bun:test";
import { fromMapKey, fromText } from "../../../src/bytes/bytes.ts";
import { ForeignDatabases } from "../../../src/replication/foreign/foreign-databases.ts";
import { readState } from "../../../src/replication/foreign/migration-state.ts";
import type { LegacyEvent } from "../../../src/replication/legacy/legacy-answer.ts";
import { RecordWriter } from "../../../src/replication/legacy/record-writer.ts";
import { writeTurns } from "../../../src/replication/legacy/turn-writer.ts";
import { storeKeys } from "../../support/fake-ledisdb.ts";
import { openLedis, type TestLedis } from "../../support/open-ledis.ts";

const STATE = { master: "m:1", place: "1 9" };
const KEY = fromText("k");

const put = (key: string, value: Uint8Array): LegacyEvent => ({
  time: 1,
  key: fromMapKey(storeKeys.kv(0, key)),
  value,
});

function parts({ ledis }: TestLedis, isStopped = () => false) {
  const databases = ForeignDatabases.seen(ledis);
  const progress = { ledis, isStopped };
  return { progress, writer: new RecordWriter(databases), notes: () => databases.notes };
}

test("rows and state are one turn", async () => {
  await using test = await openLedis();
  const { progress, writer, notes } = parts(test);
  let turns = 0;
  test.ledis.turns.listen({ committed: () => void turns++, failed() {} });
  await writeTurns(progress, writer, [put("k", KEY), put("l", KEY)], STATE);
  expect(turns).toBe(1);
  expect(readState(notes())).toEqual(STATE);
});

test("what is too long for one turn has its state in the last one", async () => {
  await using test = await openLedis();
  let written = 0;
  const states: unknown[] = [];
  const { progress, writer, notes } = parts(test, () => {
    if (written++ > 0) states.push(readState(notes()));
    return false;
  });
  const megabyte = new Uint8Array(1 << 20);
  const events = Array.from({ length: 5 }, (_, i) => put(`k${i}`, megabyte));
  await writeTurns(progress, writer, events, STATE);
  expect(states.length).toBeGreaterThanOrEqual(4);
  expect(new Set(states)).toEqual(new Set([null]));
  expect(readState(notes())).toEqual(STATE);
  expect(test.db.counts()).toMatchObject({ keys: 5 });
});

test("nothing is written once nobody wants it", async () => {
  await using test = await openLedis();
  const { progress, writer, notes } = parts(test, () => true);
  const outcome = await writeTurns(progress, writer, [put("k", KEY)], STATE).catch(String);
  expect(outcome).toBe("LinkError: stopped");
  expect(readState(notes())).toBeNull();
});
