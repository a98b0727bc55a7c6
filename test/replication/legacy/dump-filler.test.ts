import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fromText, toText } from "../../../src/bytes/bytes.ts";
import { ForeignDatabases } from "../../../src/replication/foreign/foreign-databases.ts";
import { readState } from "../../../src/replication/foreign/migration-state.ts";
import { fillFromDump } from "../../../src/replication/legacy/dump-filler.ts";
import { formatPlace } from "../../../src/replication/legacy/legacy-answer.ts";
import { FakeLedisDB } from "../../support/fake-ledisdb.ts";
import { openLedis, type TestLedis } from "../../support/open-ledis.ts";

const KEY = fromText("k");
const onSkip = () => {};
const accept = () => Promise.resolve<string | null>(null);
const kept = ({ db }: TestLedis): string => toText(db.strings.get(KEY)!);
const stateOf = ({ ledis }: TestLedis) => readState(ForeignDatabases.seen(ledis).notes);

function dumpOf(test: TestLedis, keys = 2000): string {
  using master = new FakeLedisDB();
  master.set(0, "k", "new");
  for (let i = 0; i < keys; i++) master.set(5, `k${i}`, "v");
  const path = join(test.directory, "dump");
  writeFileSync(path, master.dump());
  return path;
}

test("a dump takes the place of what was there, with the place it stands for", async () => {
  await using test = await openLedis();
  test.db.strings.set(KEY, fromText("old"));
  const path = dumpOf(test);
  const seen: string[] = [];
  const isStopped = () => {
    seen.push(kept(test));
    return false;
  };
  const filled = await fillFromDump(path, {
    master: "m:1",
    ledis: test.ledis,
    isStopped,
    refusalOf: accept,
    onSkip,
  });
  expect(filled.records).toBe(2001);
  expect(new Set(seen)).toEqual(new Set(["old"]));
  await test.reopen();
  expect(kept(test)).toBe("new");
  expect(await test.ledis.select(5).counts()).toMatchObject({ keys: 2000 });
  expect(stateOf(test)).toEqual({ master: "m:1", place: formatPlace(filled.place) });
});

test("a crash on the way leaves the old data, and no state that says otherwise", async () => {
  await using test = await openLedis();
  test.db.strings.set(KEY, fromText("old"));
  const path = dumpOf(test);
  let turns = 0;
  const outcome = await fillFromDump(path, {
    master: "m:1",
    ledis: test.ledis,
    isStopped: () => ++turns > 4,
    refusalOf: accept,
    onSkip,
  }).catch(String);
  expect(outcome).toBe("LinkError: stopped");
  await test.reopen();
  expect(kept(test)).toBe("old");
  expect(stateOf(test)).toBeNull();
  const options = {
    master: "m:1",
    ledis: test.ledis,
    isStopped: () => false,
    refusalOf: accept,
    onSkip,
  };
  expect((await fillFromDump(path, options)).records).toBe(2001);
  expect(await test.ledis.select(5).counts()).toMatchObject({ keys: 2000 });
});

test("a refused dump changes nothing", async () => {
  await using test = await openLedis();
  test.db.strings.set(KEY, fromText("old"));
  const outcome = await fillFromDump(dumpOf(test, 1), {
    master: "m:1",
    ledis: test.ledis,
    isStopped: () => false,
    refusalOf: (records) => Promise.resolve(`${records} are too few`),
    onSkip,
  }).catch(String);
  expect(outcome).toBe("LinkError: 2 are too few");
  expect(kept(test)).toBe("old");
});
