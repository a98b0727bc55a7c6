import { expect, test } from "bun:test";
import { join } from "node:path";
import { checkLog } from "../../../src/binlog/check-log.ts";
import { replayLog } from "../../../src/keyspace/sqlite/replay-log.ts";
import { StoredRows } from "../../../src/keyspace/sqlite/stored-rows.ts";
import { setAllTypes, setKeys, temporaryPaths, withLedis } from "../../support/offline-data.ts";

function rowsOf(rows: StoredRows): string[] {
  return [...rows.keyRows()].map(({ space, key }) => `${space} ${Buffer.from(key)}`);
}

test("a log repeated on nothing, and again on its own state, gives that state", async () => {
  using paths = temporaryPaths();
  const data = paths.of("data");
  await withLedis(data, async (ledis) => {
    await setAllTypes(ledis, 200);
    await setKeys(ledis, "a", "b");
    ledis.select(0).keys.remove(Buffer.from("a"));
  });
  await withLedis(data, (ledis) => setKeys(ledis, "c"));
  const logs = join(data, "bin_log");
  const { files } = checkLog(logs, null);
  const from = { file: 1, offset: 0 };
  const to = { file: 2, offset: files[1]!.end };
  const stored = StoredRows.open(join(data, "ledis.db"));
  const expected = rowsOf(stored);
  stored.close();
  const rows = StoredRows.create(paths.of("copy"), 4096);
  let bytes = 0;
  const turns = replayLog(logs, from, to, rows, (more) => {
    bytes += more;
  });
  expect(turns).toBeGreaterThan(3);
  expect(bytes).toBe(files[0]!.end - files[0]!.start + files[1]!.end - files[1]!.start);
  expect(rowsOf(rows)).toEqual(expected);
  expect(replayLog(logs, from, to, rows)).toBe(turns);
  expect(rowsOf(rows)).toEqual(expected);
  // Up to a place: the last turn is not repeated.
  const part = StoredRows.create(paths.of("part"), 4096);
  expect(replayLog(logs, from, { file: 2, offset: files[1]!.start }, part)).toBe(turns - 1);
  expect(rowsOf(part)).not.toContain("0 c");
  for (const each of [rows, part]) each.close();
});
