import { expect, test } from "bun:test";
import { concatBytes, copyBytes, fromText, toText } from "../../../src/bytes/bytes.ts";
import { RdbFileWriter } from "../../../src/rdb/rdb-file-writer.ts";
import { RDB_LIST } from "../../../src/rdb/rdb-types.ts";
import type { FillOptions } from "../../../src/replication/foreign/fill-hidden.ts";
import { ForeignDatabases } from "../../../src/replication/foreign/foreign-databases.ts";
import type { MasterStream } from "../../../src/replication/foreign/master-stream.ts";
import { readState } from "../../../src/replication/foreign/migration-state.ts";
import { LinkError } from "../../../src/replication/link-error.ts";
import { CopySource } from "../../../src/replication/redis/copy-source.ts";
import { fillFromRdb } from "../../../src/replication/redis/rdb-filler.ts";
import { keepLog } from "../../support/keep-log.ts";
import { openLedis, type TestLedis } from "../../support/open-ledis.ts";
import { rdbOf } from "../../support/rdb-file.ts";

keepLog();

const ID = "c".repeat(40);
const KEY = fromText("k");

const PLACE = { replicationId: ID, offset: 9 };

function optionsFor({ ledis }: TestLedis, changes: Partial<FillOptions> = {}) {
  return {
    ledis,
    isStopped: () => false,
    master: "m:1",
    refusalOf: () => Promise.resolve<string | null>(null),
    ...changes,
  };
}

/** A copy with these bytes, in pieces. */
function copyOf(bytes: Uint8Array, announced = bytes.length): CopySource {
  let rest = bytes;
  const stream = {
    next() {
      const piece = rest.subarray(0, 1000);
      rest = rest.subarray(piece.length);
      return piece.length > 0 ? Promise.resolve(piece) : Promise.reject(new LinkError("cut"));
    },
    unread() {},
  };
  return new CopySource(stream as unknown as MasterStream, `$${announced}`);
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
  const filled = await fillFromRdb(copyOf(many), PLACE, optionsFor(test));
  const place = { ...PLACE, database: 0, skipped: 0 };
  expect(filled).toEqual({ records: 1001, libraries: new Map(), place });
  await test.reopen();
  expect(toText(test.db.strings.get(KEY)!)).toBe("new");
  expect(await test.ledis.select(5).counts()).toMatchObject({ keys: 1000 });
  expect(stateOf(test)).toEqual({ master: "m:1", place: `redis ${ID} 9 0 0` });
});

test("a master that is a slave itself says in which database its stream begins", async () => {
  await using test = await openLedis();
  const copy = rdbOf([], { "redis-ver": "7.0.15", "repl-stream-db": "3" });
  expect((await fillFromRdb(copyOf(copy), PLACE, optionsFor(test))).place.database).toBe(3);
});

test("the master's functions are there with its keys, and others are gone", async () => {
  await using test = await openLedis();
  test.ledis.libraries.put("other", fromText("old"));
  const code = "#!lua name=lib\nredis.register_function('f', function() end)";
  await fillFromRdb(
    copyOf(rdbOf([{ key: "k", value: "new" }], {}, [code])),
    PLACE,
    optionsFor(test),
  );
  const stored = () =>
    Array.from(test.ledis.libraries.all(), ({ name, code }) => [name, toText(code)]);
  expect(stored()).toEqual([["lib", code]]);
  await test.reopen();
  expect(stored()).toEqual([["lib", code]]);
  const nameless = copyOf(rdbOf([], {}, ["return 1"]));
  await expect(fillFromRdb(nameless, PLACE, optionsFor(test))).rejects.toThrow(
    "the master's copy: ERR Missing library metadata",
  );
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
    [Buffer.concat([many, new Uint8Array(3000)]), {}, "the master's copy is longer than it says"],
    [many, { isStopped: () => ++turns > 300 }, "stopped"],
  ] as const) {
    const outcome = await fillFromRdb(copyOf(copy), PLACE, optionsFor(test, changes)).catch(String);
    expect(outcome).toContain(`LinkError: ${reason}`);
    expect(toText(test.db.strings.get(KEY)!)).toBe("old");
    expect(stateOf(test)).toBeNull();
  }
  expect((await fillFromRdb(copyOf(many), PLACE, optionsFor(test))).records).toBe(1001);
});

test("a large value is stored in several turns, whole in the end", async () => {
  const pieces: Uint8Array[] = [];
  const writer = new RdbFileWriter(1 << 20, (piece) => pieces.push(copyBytes(piece)));
  writer.key({ key: KEY, expireAtMs: 0, rdbType: RDB_LIST }, (list) => {
    list.length(5000);
    for (let i = 0; i < 5000; i++) list.string(fromText(`item ${i}`));
  });
  writer.end();
  await using test = await openLedis();
  const { turns: before } = test.ledis.keyspace.stats();
  await fillFromRdb(copyOf(concatBytes(...pieces)), PLACE, optionsFor(test));
  expect(test.ledis.keyspace.stats().turns - before).toBeGreaterThan(9);
  expect(test.db.lists.length(KEY)).toBe(5000);
  expect(toText(test.db.lists.at(KEY, -1)!)).toBe("item 4999");
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
  expect(await fillFromRdb(copyOf(many), PLACE, failing).catch(String)).toContain("no room");
  expect(stateOf(test)).toBeNull();
});

test("keys whose TTL has passed are kept until the master removes them", async () => {
  await using test = await openLedis();
  test.ledis.translate();
  await fillFromRdb(
    copyOf(rdbOf([{ key: "k", value: "v", expireAtMs: 5 }])),
    PLACE,
    optionsFor(test),
  );
  expect(test.db.strings.get(KEY)).toBeNull();
  expect(await test.db.counts()).toMatchObject({ keys: 1 });
});
