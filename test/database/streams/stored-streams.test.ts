import { expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { fromText } from "../../../src/bytes/bytes.ts";
import { digestOf, setAllTypes, temporaryPaths, withLedis } from "../../support/offline-data.ts";
import { changeRows, mended, problemsIn } from "../../support/stored-data.ts";

/** One statement each, what is told of it, and whether mending brings everything back. */
const DAMAGES: readonly [statement: string, problem: string, isWhole: boolean][] = [
  ["DELETE FROM stream_owned", "a consumer lacks a pending entry", true],
  [
    "INSERT INTO stream_owned SELECT id, CAST(substr(group_consumer_entry, 1, 8) || x'ffffffffffffffffffffffffffffffff' AS BLOB), value FROM stream_owned LIMIT 1",
    "a consumer has an entry that does not wait",
    true,
  ],
  [
    "UPDATE stream_group SET value = CAST(substr(value, 1, 36) || x'000000000009' AS BLOB)",
    "a group's counts are not those of its rows",
    true,
  ],
  [
    "UPDATE stream_consumer SET value = CAST(substr(value, 1, 10) || x'000000000009' AS BLOB)",
    "a group's counts are not those of its rows",
    true,
  ],
  ["DELETE FROM stream_consumer", "a pending entry belongs to nobody", false],
  ["UPDATE stream_consumer SET value = x'00'", "a pending entry belongs to nobody", false],
  ["UPDATE stream_pending SET value = x'00'", "a pending entry belongs to nobody", false],
  ["DELETE FROM stream_group", "another number of groups than it says", false],
  ["UPDATE stream_group SET value = x''", "another number of groups than it says", false],
  ["DELETE FROM stream WHERE entry < x'0000000000000005'", "elements, ", false],
  ["DELETE FROM stream", "elements, 0 are there", false],
];

test("a stream's rows are compared, and made to agree", async () => {
  using paths = temporaryPaths();
  await withLedis(paths.of("data"), (ledis) => setAllTypes(ledis, 20));
  const whole = await digestOf(paths.of("data"));
  for (const [index, [statement, problem, isWhole]] of DAMAGES.entries()) {
    const [data, target] = [paths.of(`data${index}`), paths.of(`target${index}`)];
    mkdirSync(target);
    await withLedis(data, (ledis) => setAllTypes(ledis, 20));
    changeRows(data, statement);
    expect({ statement, problems: problemsIn(data) }).toEqual({
      statement,
      problems: [expect.stringContaining(problem)],
    });
    expect({ statement, left: mended(data, target).left }).toEqual({ statement, left: [] });
    if (isWhole)
      expect({ statement, digest: await digestOf(target) }).toEqual({ statement, digest: whole });
  }
}, 60_000);

test("a stream with a TTL is read whole", async () => {
  using paths = temporaryPaths();
  await withLedis(paths.of("data"), async (ledis) => {
    await setAllTypes(ledis, 3);
    const { keys } = ledis.select(0);
    keys.expire(fromText("stream"), 4_102_444_800_000);
    await ledis.committed();
  });
  expect(problemsIn(paths.of("data"))).toEqual([]);
});

test("a mended stream goes on: new groups and entries take nobody's place", async () => {
  using paths = temporaryPaths();
  const [data, target] = [paths.of("data"), paths.of("target")];
  mkdirSync(target);
  await withLedis(data, (ledis) => setAllTypes(ledis, 10));
  // A key row that is cut behind its size.
  changeRows(
    data,
    "UPDATE keys SET value = substr(value, 1, 13) WHERE key = CAST('stream' AS BLOB)",
  );
  expect(problemsIn(data)).toEqual([expect.stringContaining("its key row is cut short")]);
  expect(mended(data, target).left).toEqual([]);
  await withLedis(target, async (ledis) => {
    const { streams, streamGroups } = ledis.select(0);
    const key = fromText("stream");
    const stream = streams.findForWrite(key)!;
    expect([stream.length, stream.groups, stream.entriesAdded]).toEqual([10, 1, 10n]);
    const marks = { lastId: stream.lastId, entriesRead: -1n };
    const group = streamGroups.create(key, stream, fromText("another"), marks)!;
    expect(group.row.number).toBe(1);
    const how = { create: false, trim: null, nowMs: 0 };
    expect(streams.add(key, { form: "now" }, [key, key], how)).not.toBeNull();
    await ledis.committed();
  });
});
