/** Collections as rows, for tests of what all collections have in common: a hash with one field, made by hand. */

import { Database } from "bun:sqlite";
import { join } from "node:path";
import { type Bytes, fromText } from "../../src/bytes/bytes.ts";
import type { DB } from "../../src/database/db.ts";
import type { Ledis } from "../../src/database/ledis.ts";
import { TYPE_HASH } from "../../src/keyspace/rows/key-row.ts";
import { KIND_HASH, RowKey, writeU48 } from "../../src/keyspace/rows/row-key.ts";

/** Stores a collection, whatever the key held; answers its id. */
export function putCollection(ledis: Ledis, db: DB, key: Bytes, expireAt = 0): number {
  const id = ledis.spaces.newId();
  const row = db.table.put(key, TYPE_HASH, expireAt, 6, id);
  writeU48(row.buffer, row.start, id);
  const element = ledis.keyspace.put(new RowKey().element(KIND_HASH, id, fromText("f")), 1);
  element.buffer[element.start] = 0x76;
  return id;
}

/** What SQLite holds, looked at from outside. */
export interface Stored {
  /** Ids of the collections that have rows. */
  readonly collections: number[];
  /** Ids of the collections whose home is noted. */
  readonly homes: number;
  readonly keys: number;
}

/** Flushes, waits until the worker has removed all garbage, and tells what is left. */
export async function storedAfterCollecting(ledis: Ledis, directory: string): Promise<Stored> {
  await ledis.flush();
  using sqlite = new Database(join(directory, "ledis.db"), { readonly: true });
  const number = (sql: string) => sqlite.query<{ n: number }, []>(sql).get()!.n;
  while (number("SELECT count(*) AS n FROM garbage") > 0) await Bun.sleep(2);
  const rows = sqlite.query<{ id: number }, []>("SELECT DISTINCT id FROM hash ORDER BY id").all();
  return {
    collections: rows.map(({ id }) => id),
    homes: number("SELECT count(*) AS n FROM meta WHERE substr(name, 1, 4) = x'686f6d65'"),
    keys: number("SELECT count(*) AS n FROM keys"),
  };
}
