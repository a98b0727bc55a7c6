import { expect, test } from "bun:test";
import { writeU32 } from "../../../src/binlog/event.ts";
import { fromText, mapKey } from "../../../src/bytes/bytes.ts";
import type { Keyspace } from "../../../src/keyspace/keyspace.ts";
import { HASH_HEADER_BYTES, TYPE_HASH, writeHead } from "../../../src/keyspace/rows/key-row.ts";
import { META_SPACE } from "../../../src/keyspace/rows/meta-rows.ts";
import { KIND_HASH, RowKey, writeU48 } from "../../../src/keyspace/rows/row-key.ts";
import { catchUp, read, TestServers, write } from "../../support/follow.ts";
import { Rows } from "../../support/test-keyspace.ts";

test("applyTurns tells which keys were written to who wants to know", async () => {
  await using servers = new TestServers();
  const master = await servers.start("m");
  write(master, "a");
  const slave = await servers.startSlave(master, "s");
  const told: string[] = [];
  let wants = false;
  slave.onForeignKeys({
    wantsKeys: () => wants,
    keyChanged: (space, key) => void told.push(`${space}:${Buffer.from(key)}`),
    collectionChanged() {},
    databaseReplaced() {},
  });
  write(master, "b");
  await catchUp(master, slave);
  wants = true;
  write(master, "c");
  new Rows(master).delete("a");
  master.endTurn();
  await catchUp(master, slave);
  expect(told).toEqual(["0:c", "0:a"]);
});

test("collections are told that no written key row names, and databases that got another space", async () => {
  await using servers = new TestServers();
  const master = await servers.start("m");
  write(master, "a");
  const slave = await servers.startSlave(master, "s");
  const told: string[] = [];
  slave.onForeignKeys({
    wantsKeys: () => true,
    keyChanged: (_, key) => void told.push(`key ${mapKey(key)}`),
    collectionChanged: (id) => void told.push(`collection ${id}`),
    databaseReplaced: (database) => void told.push(`database ${database} ${read(slave, "last")}`),
  });
  const rows = new Rows(master);
  for (const id of [1, 2]) {
    rows.put(KIND_HASH, id, "f", "1");
    rows.put(KIND_HASH, id, "g", "1");
  }
  putHeader(master, "named", 2);
  for (const database of [3, 4]) putSpace(master, database);
  rows.set("last", "there");
  master.endTurn();
  await catchUp(master, slave);
  expect(told).toEqual([
    ...["key named", "key last"],
    "collection 1",
    ...["database 3 there", "database 4 there"],
  ]);
});

function putSpace(keyspace: Keyspace, database: number): void {
  const row = keyspace.put(new RowKey().meta(database, META_SPACE), 4);
  writeU32(row.buffer, row.start, 70_000 + database);
}

/** Stores the key row of a hash. */
function putHeader(keyspace: Keyspace, key: string, id: number): void {
  const row = keyspace.put(new RowKey().key(0, fromText(key)), 1 + HASH_HEADER_BYTES, id);
  row.buffer.fill(0, row.start, row.end);
  writeU48(row.buffer, writeHead(row.buffer, row.start, TYPE_HASH, 0), id);
}
