/** Writes everything that a data directory holds into one of Redis's .rdb files. */
import { NewFile } from "../../binlog/new-file.ts";
import type { Bytes } from "../../bytes/bytes.ts";
import { quoteRedis } from "../../bytes/quote.ts";
import { clock } from "../../clock.ts";
import type { DB } from "../../database/db.ts";
import type { KeyRow } from "../../database/key-table/key-table.ts";
import type { Ledis } from "../../database/ledis.ts";
import { StorageError } from "../../errors.ts";
import { TYPE_BITMAP } from "../../keyspace/rows/key-row.ts";
import { RdbFileWriter } from "../../rdb/rdb-file-writer.ts";
import { RdbFullError } from "../../rdb/rdb-writer.ts";
import { version } from "../../version.ts";
import { DATABASES_MAX, openAllDatabases } from "../offline.ts";

/** Longest string or stream, in bytes. */
const VALUE_BYTES_MAX = 1 << 30;
/** Keys that are looked up at a time. */
const PAGE_KEYS = 256;
const ANY = { pattern: null, type: null } as const;

export interface Exported {
  readonly keys: number;
  /** Keys that were left out, as Redis has no such type: LedisDB's bitmaps. */
  readonly bitmaps: number;
}

/**
 * Reads the directory to its end, as of now, into the file, which gets its name when it is complete and on disk.
 * Keys whose TTL has passed are left out.
 *
 * @param onKeys told now and then how many keys were written
 * @throws {StorageError} in use by a server, foreign, newer, or damaged; a value is too long @throws the disk refuses
 */
export async function exportRdb(
  directory: string,
  path: string,
  onKeys: (keys: number) => void,
): Promise<Exported> {
  const ledis = await openAllDatabases(directory);
  try {
    const file = new NewFile(path);
    try {
      const exported = await writeAll(ledis, file, onKeys);
      file.finish();
      return exported;
    } catch (error) {
      file.abandon();
      throw error;
    }
  } finally {
    await ledis.close();
  }
}

async function writeAll(
  ledis: Ledis,
  file: NewFile,
  onKeys: (keys: number) => void,
): Promise<Exported> {
  const writer = new RdbFileWriter(VALUE_BYTES_MAX, (piece) => file.write(piece));
  writer.aux("ledis-ver", version);
  writer.aux("ctime", `${Math.floor(clock.nowMs() / 1000)}`);
  for (const { code } of ledis.libraries.all()) writer.library(code);
  let [keys, bitmaps] = [0, 0];
  for (let number = 0; number < DATABASES_MAX; number++) {
    const counts = ledis.keyspace.counts(ledis.spaces.of(number));
    if (counts.keys === 0) continue;
    writer.database(number, counts.keys, counts.expires);
    const db = ledis.select(number);
    for await (const key of keysOf(db)) {
      const row = db.table.find(key);
      if (row === null) continue;
      if (row.type === TYPE_BITMAP) {
        bitmaps++;
        continue;
      }
      writeKey(writer, db, key, row);
      onKeys(++keys);
    }
  }
  writer.end();
  return { keys, bitmaps };
}

/** All keys that have not ended. A turn ends now and then, so that what it has read can go. */
async function* keysOf(db: DB): AsyncGenerator<Bytes, void, undefined> {
  for (let after: Bytes | null = null; ; ) {
    const { keys, last } = db.keys.page(after, ANY, PAGE_KEYS);
    yield* keys;
    if (last === null) return;
    after = last;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** @throws {StorageError} the value is too long */
function writeKey(writer: RdbFileWriter, { number, dumps }: DB, key: Bytes, row: KeyRow): void {
  const expireAtMs = row.expireAt;
  const { rdbType, write } = dumps.open(key, row);
  try {
    writer.key({ key, expireAtMs, rdbType }, write);
  } catch (error) {
    if (!(error instanceof RdbFullError)) throw error;
    throw new StorageError(`the value of ${quoteRedis(key)} in database ${number} is too long`);
  }
}
