import { afterEach, beforeEach, expect, test } from "bun:test";
import { fromText, toText } from "../../../src/bytes/bytes.ts";
import { log } from "../../../src/log.ts";
import { ForeignDatabases } from "../../../src/replication/foreign/foreign-databases.ts";
import { readState } from "../../../src/replication/foreign/migration-state.ts";
import { fillFromRdb } from "../../../src/replication/redis/rdb-filler.ts";
import { openLedis, type TestLedis } from "../../support/open-ledis.ts";
import { rdbOf } from "../../support/rdb-file.ts";

const { sink } = log;
beforeEach(() => {
  log.sink = () => {};
});
afterEach(() => {
  log.sink = sink;
});

const ID = "c".repeat(40);
const KEY = fromText("k");

function optionsFor(
  { ledis }: TestLedis,
  changes: Partial<Parameters<typeof fillFromRdb>[1]> = {},
) {
  return {
    ledis,
    isStopped: () => false,
    master: "m:1",
    place: { replicationId: ID, offset: 9 },
    refusalOf: () => Promise.resolve<string | null>(null),
    onSkip() {},
    ...changes,
  };
}

async function* piecesOf(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const many = rdbOf([
  { key: "k", value: "new" },
  ...Array.from({ length: 1000 }, (_, i) => ({
    key: `n${i}`,
    value: "x".repeat(500),
    database: 5,
  })),
]);
const stateOf = ({ ledis }: TestLedis) => readState(ForeignDatabases.seen(ledis).notes);

test("a copy takes the place of what was there, with the place it stands for", async () => {
  await using test = await openLedis();
  test.db.strings.set(KEY, fromText("old"));
  const filled = await fillFromRdb(piecesOf(many), optionsFor(test));
  expect(filled).toEqual({ keys: 1001, place: { replicationId: ID, offset: 9, database: 0 } });
  await test.reopen();
  expect(toText(test.db.strings.get(KEY)!)).toBe("new");
  expect(await test.ledis.select(5).counts()).toMatchObject({ keys: 1000 });
  expect(stateOf(test)).toEqual({ master: "m:1", place: `redis ${ID} 9 0` });
});

test("a master that is a slave itself says in which database its stream begins", async () => {
  await using test = await openLedis();
  const copy = rdbOf([], { "redis-ver": "7.0.15", "repl-stream-db": "3" });
  expect((await fillFromRdb(piecesOf(copy), optionsFor(test))).place.database).toBe(3);
});

test("a refused, damaged or unwanted copy leaves the old data, and no state that says otherwise", async () => {
  await using test = await openLedis();
  test.db.strings.set(KEY, fromText("old"));
  const damaged = Buffer.from(many);
  damaged[many.length - 2]! ^= 1;
  let turns = 0;
  for (const [copy, changes, reason] of [
    [
      many,
      { refusalOf: (keys: number) => Promise.resolve(`${keys} are too few`) },
      "1001 are too few",
    ],
    [damaged, {}, "the master's copy: its checksum is wrong"],
    [many.subarray(0, 3000), {}, "the master's copy: "],
    [many, { isStopped: () => ++turns > 300 }, "stopped"],
  ] as const) {
    const outcome = await fillFromRdb(piecesOf(copy), optionsFor(test, changes)).catch(String);
    expect(outcome).toContain(`LinkError: ${reason}`);
    expect(toText(test.db.strings.get(KEY)!)).toBe("old");
    expect(stateOf(test)).toBeNull();
  }
  expect((await fillFromRdb(piecesOf(many), optionsFor(test))).keys).toBe(1001);
});

test("a disk that refuses a turn on the way is noticed, although later ones succeed", async () => {
  await using test = await openLedis();
  let calls = 0;
  const failing = optionsFor(test, {
    isStopped() {
      if (++calls === 200) test.ledis.turns.breakTurn(new Error("no room"));
      return false;
    },
  });
  expect(await fillFromRdb(piecesOf(many), failing).catch(String)).toContain("no room");
  expect(stateOf(test)).toBeNull();
});

test("keys whose TTL has passed are kept until the master removes them", async () => {
  await using test = await openLedis();
  test.ledis.translate();
  await fillFromRdb(piecesOf(rdbOf([{ key: "k", value: "v", expireAtMs: 5 }])), optionsFor(test));
  expect(test.db.strings.get(KEY)).toBeNull();
  expect(await test.db.counts()).toMatchObject({ keys: 1 });
});
