import { expect, test } from "bun:test";
import { KIND_HASH, KIND_SET } from "../../../src/keyspace/rows/row-key.ts";
import { decodeBlock, forEachRow } from "../../../src/keyspace/snapshots/snapshot-format.ts";
import { SnapshotSource } from "../../../src/keyspace/snapshots/snapshot-source.ts";
import { keyRowValue, stringKey, TestGeneration } from "../../support/test-rows.ts";
import { TestSqlite } from "../../support/test-sqlite.ts";

test("rows come in key order, of all kinds, garbage last, and their number at the end", () => {
  using sqlite = new TestSqlite();
  const rows = new TestGeneration();
  rows.put(stringKey("b"), keyRowValue("2"));
  rows.put(stringKey("a"), keyRowValue("1"));
  sqlite.apply(rows.generation);
  sqlite.db.run("INSERT INTO sets VALUES (3, x'aa', x'')");
  sqlite.db.run("INSERT INTO hash VALUES (2, x'ff', x'01')");
  sqlite.db.run("INSERT INTO hash VALUES (2, x'', x'02')");
  sqlite.db.run("INSERT INTO garbage VALUES ('collection', 9), ('space', 70000)");
  const source = new SnapshotSource(sqlite.options);
  const first = source.read(null);
  const block = decodeBlock(first.block);
  if (block.kind !== "rows") throw new Error("no rows");
  const keys: string[] = [];
  forEachRow(block.rows, (keyStart, valueStart) => {
    keys.push(Buffer.from(block.rows.subarray(keyStart, valueStart)).toString("hex"));
  });
  expect(keys).toEqual([
    "010000000061",
    "010000000062",
    `0${KIND_HASH}000000000002`,
    `0${KIND_HASH}000000000002ff`,
    `0${KIND_SET.toString(16)}000000000003aa`,
    "ff010000000000000009",
    "ff020000000000011170",
  ]);
  const last = source.read(first.next);
  expect(last.next).toBeNull();
  expect(decodeBlock(last.block)).toEqual({ kind: "end", rowCount: 7 });
  source.close();
});

test("a file in which nothing was stored yet has no snapshot", () => {
  using sqlite = new TestSqlite();
  expect(() => new SnapshotSource(sqlite.options)).toThrow("nothing has been stored yet");
});
