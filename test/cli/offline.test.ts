import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { isVacant, openOffline, requireDatabase } from "../../src/cli/offline.ts";
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
