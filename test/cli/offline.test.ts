import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { fromText } from "../../src/bytes/bytes.ts";
import {
  DATABASES_MAX,
  isVacant,
  openAllDatabases,
  openOffline,
  requireDatabase,
} from "../../src/cli/offline.ts";
import { setKeys, temporaryPaths, withLedis } from "../support/offline-data.ts";

test("a directory is vacant until it holds a database", async () => {
  using paths = temporaryPaths();
  expect(isVacant(paths.of("data"))).toBe(true);
  expect(() => requireDatabase(paths.of("data"))).toThrow("does not exist");
  expect(() => requireDatabase(paths.of(""))).toThrow("holds no database");
  writeFileSync(paths.of("file"), "");
  expect(() => requireDatabase(paths.of("file"))).toThrow("is no directory");
  await withLedis(paths.of("data"), (ledis) => setKeys(ledis, "a"));
  expect(isVacant(paths.of("data"))).toBe(false);
  requireDatabase(paths.of("data"));
});

test("no log file goes while a tool has it open", async () => {
  using paths = temporaryPaths();
  for (let i = 0; i < 3; i++) await withLedis(paths.of("data"), (ledis) => setKeys(ledis, "a"));
  const keyspace = await openOffline(paths.of("data"));
  await keyspace.checkpoint();
  expect(keyspace.history.files().map(({ file }) => file)).toEqual([1, 2, 3]);
  await keyspace.close();
});

test("all databases that there may be can be opened, and what has ended stays in them", async () => {
  using paths = temporaryPaths();
  const key = fromText("a");
  let ledis = await openAllDatabases(paths.of("data"));
  ledis.select(DATABASES_MAX - 1).strings.set(key, key, 1);
  await ledis.close();
  ledis = await openAllDatabases(paths.of("data"));
  const db = ledis.select(DATABASES_MAX - 1);
  expect(db.strings.get(key)).toBeNull();
  expect(db.countsAtOnce().keys).toBe(1);
  await ledis.close();
});
