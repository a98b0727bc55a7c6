import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { openSqlite } from "../../../src/keyspace/sqlite/sqlite-file.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

test("a closed file is closed although statements are left", () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, "a.db");
  const writer = openSqlite(path, { create: true });
  writer.run("PRAGMA journal_mode = WAL");
  writer.run("CREATE TABLE t (a)");
  const insert = writer.prepare("INSERT INTO t VALUES (?)");
  insert.run(1);
  const reader = openSqlite(path, { readonly: true });
  expect(reader.query("SELECT a FROM t").all()).toEqual([{ a: 1 }]);
  reader.query("SELECT a FROM t").get();
  reader.close();
  expect(existsSync(`${path}-wal`)).toBe(true);
  writer.transaction(() => insert.run(2))();
  writer.close();
  expect(existsSync(`${path}-wal`)).toBe(false);
  expect(existsSync(`${path}-shm`)).toBe(false);
});
