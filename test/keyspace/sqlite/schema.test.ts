import { Database } from "bun:sqlite";
import { expect, spyOn, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Applier } from "../../../src/keyspace/flush/applier.ts";
import { GarbageCollector } from "../../../src/keyspace/flush/garbage-collector.ts";
import {
  APPLICATION_ID,
  openForReading,
  openForWriting,
  ROW_TABLES,
} from "../../../src/keyspace/sqlite/schema.ts";
import { StoreReader } from "../../../src/keyspace/sqlite/store-reader.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { keyRowValue, rawKey, stringKey, TestGeneration } from "../../support/test-rows.ts";
import { TestSqlite } from "../../support/test-sqlite.ts";

const options = (directory: string, pageBytes = 4096) => ({
  path: join(directory, "ledis.db"),
  pageBytes,
  cacheBytes: 1 << 20,
  mmapBytes: 0,
});

function pragma(db: Database, name: string): unknown {
  return Object.values(db.query<Record<string, unknown>, []>(`PRAGMA ${name}`).get()!)[0];
}

test("a new file is ours, in WAL mode, with the page size asked for and space to give back", () => {
  using directory = temporaryDirectory();
  const db = openForWriting(options(directory.path, 16384));
  expect(pragma(db, "application_id")).toBe(APPLICATION_ID);
  expect(readFileSync(options(directory.path).path).toString("latin1", 68, 72)).toBe("LEDS");
  expect(pragma(db, "journal_mode")).toBe("wal");
  expect(pragma(db, "page_size")).toBe(16384);
  expect(pragma(db, "auto_vacuum")).toBe(2);
  expect(pragma(db, "synchronous")).toBe(1);
  expect(pragma(db, "wal_autocheckpoint")).toBe(0);
  db.close();
});

test("opened again, it is as it was, and opening writes nothing", () => {
  using directory = temporaryDirectory();
  openForWriting(options(directory.path)).close();
  const before = readFileSync(options(directory.path).path);
  const db = openForWriting(options(directory.path, 8192));
  expect(pragma(db, "page_size")).toBe(4096);
  const wal = `${options(directory.path).path}-wal`;
  expect(existsSync(wal) ? readFileSync(wal).length : 0).toBe(0);
  db.close();
  expect(Buffer.compare(readFileSync(options(directory.path).path), before)).toBe(0);
});

test("a file that a killed server left empty becomes a whole one", () => {
  using directory = temporaryDirectory();
  writeFileSync(options(directory.path).path, "");
  const db = openForWriting(options(directory.path, 8192));
  expect(pragma(db, "page_size")).toBe(8192);
  expect(pragma(db, "auto_vacuum")).toBe(2);
  db.close();
});

test("a file of the first format gets the tables that came later, and keeps its rows", () => {
  using directory = temporaryDirectory();
  const old = openForWriting(options(directory.path));
  const later = ROW_TABLES.filter(({ table }) => /^(field|stream)_|^stream$/.test(table));
  expect(later.length).toBe(7);
  for (const { table } of later) old.run(`DROP TABLE ${table}`);
  old.run("INSERT INTO hash VALUES (5, x'66', x'76')");
  old.run("PRAGMA user_version = 1");
  old.close();
  const db = openForWriting(options(directory.path));
  expect(pragma(db, "user_version")).toBe(3);
  for (const { table } of ROW_TABLES) db.run(`SELECT * FROM ${table}`);
  expect(db.query("SELECT count(*) AS n FROM hash").get()).toEqual({ n: 1 });
  db.close();
});

test("somebody else's file, a newer one and no database at all are refused", () => {
  const refused = (prepare: (path: string) => void): (() => void) => {
    return () => {
      using directory = temporaryDirectory();
      const { path } = options(directory.path);
      prepare(path);
      openForWriting(options(directory.path)).close();
    };
  };
  const sql = (text: string) => (path: string) => {
    const db = new Database(path, { create: true });
    db.run(text);
    db.close();
  };
  expect(refused(sql("CREATE TABLE theirs (a)"))).toThrow("it is not a ledis database");
  expect(refused(sql("PRAGMA application_id = 77"))).toThrow("it is not a ledis database");
  const newer = `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 99`;
  expect(refused(sql(newer))).toThrow("its format 99 is newer than this program's");
  expect(refused((path) => writeFileSync(path, "text".repeat(2000)))).toThrow("Cannot open");
});

test("the reading connection cannot write", () => {
  using directory = temporaryDirectory();
  openForWriting(options(directory.path)).close();
  const db = openForReading(options(directory.path));
  expect(() => db.run("DELETE FROM keys")).toThrow("readonly");
  db.close();
});

test("bytes are stored as bytes: a text bound by mistake is refused", () => {
  using sqlite = new TestSqlite();
  for (const { table, number, rest } of ROW_TABLES) {
    const insert = `INSERT INTO ${table} (${number}, ${rest}, value) VALUES (1, 'text', x'')`;
    expect(() => sqlite.db.run(insert)).toThrow("cannot store TEXT value in BLOB column");
  }
});

test("people see strings without type and TTL", () => {
  using sqlite = new TestSqlite();
  const rows = new TestGeneration();
  rows.put(stringKey("plain"), keyRowValue("hello"));
  rows.put(stringKey("ttl"), keyRowValue("bye", 2 ** 41));
  rows.put(stringKey("hash"), keyRowValue("", 0, 7), 7);
  sqlite.apply(rows.generation);
  const shown = "SELECT space, CAST(key AS TEXT) AS key, CAST(value AS TEXT) AS value, expire_at";
  expect(sqlite.all(`${shown} FROM strings ORDER BY key`)).toEqual([
    { space: 0, key: "plain", value: "hello", expire_at: null },
    { space: 0, key: "ttl", value: "bye", expire_at: 2 ** 41 },
  ]);
});

/** Statements that look at a table's few rows, or at its first one. */
const SCANS = [
  "SELECT what, number FROM garbage LIMIT 1",
  "SELECT file, offset FROM applied",
  "SELECT history_id FROM applied",
];

test("every statement finds its rows by a primary key or by expiry, without sorting", () => {
  using sqlite = new TestSqlite();
  const prepare = spyOn(Database.prototype, "prepare");
  new Applier(sqlite.db);
  new GarbageCollector(sqlite.db);
  const reader = new StoreReader(sqlite.options);
  for (const { kind } of ROW_TABLES)
    reader.get(rawKey(String.fromCharCode(kind, 0, 0, 0, 0, 0, 0, 0)));
  reader.close();
  const statements = [...new Set(prepare.mock.calls.map(([sql]) => sql))];
  prepare.mockRestore();
  const bounded = statements.filter((sql) => sql.includes("< ?3"));
  expect(bounded.length).toBe(2 * ROW_TABLES.length);
  for (const sql of bounded) {
    const [step] = sqlite.db.query<{ detail: string }, []>(`EXPLAIN QUERY PLAN ${sql}`).all();
    expect(step!.detail).toMatch(/PRIMARY KEY \(\w+=\? AND \w+>\? AND \w+<\?\)/);
  }
  const rows = statements.filter((sql) => /^\s*(SELECT|INSERT|DELETE)/.test(sql));
  expect(rows.length).toBeGreaterThan(40);
  for (const sql of rows) {
    const plan = sqlite.db.query<{ detail: string }, []>(`EXPLAIN QUERY PLAN ${sql}`).all();
    for (const { detail } of plan) {
      if (SCANS.includes(sql)) expect(detail).toMatch(/^SCAN/);
      else
        expect(`${detail} by ${sql}`).toMatch(
          /^(SEARCH .*(PRIMARY KEY|keys_by_expiry)|LIST SUBQUERY)/,
        );
    }
  }
});
