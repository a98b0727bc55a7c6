/** Builds the content of a data directory from one of Redis's .rdb files, by way of the library. */
import { existsSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { LogPosition } from "../../binlog/position.ts";
import { clock } from "../../clock.ts";
import type { Ledis } from "../../database/ledis.ts";
import { CommandError, StorageError } from "../../errors.ts";
import { BUILD_DIRECTORY, markReady } from "../../keyspace/directory-swap.ts";
import { readLibraryHead } from "../../lua/library-head.ts";
import { checkValue } from "../../rdb/check-value.ts";
import { RdbError } from "../../rdb/rdb-error.ts";
import { readRdbFile } from "../../rdb/rdb-file.ts";
import { openAllDatabases } from "../offline.ts";

/** Longest value of a file, in bytes. */
const VALUE_BYTES_MAX = 1 << 30;
/** Keys of one turn. */
const TURN_KEYS = 500;

export interface Imported {
  readonly keys: number;
  /** Libraries of functions. */
  readonly libraries: number;
  /** Keys whose TTL had passed. */
  readonly expired: number;
  /** What cannot be stored here: how many of what. */
  readonly skipped: ReadonlyMap<string, number>;
  readonly position: LogPosition;
}

/** What SQLite keeps beside its file: nothing is in it after a stop, and the file alone is moved. */
function closeCompanions(directory: string): void {
  const wal = join(directory, "ledis.db-wal");
  if (existsSync(wal) && statSync(wal).size > 0) throw new StorageError("SQLite was not closed");
  rmSync(wal, { force: true });
  rmSync(join(directory, "ledis.db-shm"), { force: true });
}

/**
 * Reads the file to its end, checked, into `directory`/fullsync, durable: the next open of `directory` puts it in
 * place. On failure nothing is left there.
 *
 * @param onKeys told now and then how many keys have come
 * @throws {StorageError} the file is damaged, cut short, or newer; the disk refuses
 */
export async function importRdb(
  directory: string,
  path: string,
  onKeys: (keys: number) => void,
): Promise<Imported> {
  const built = join(directory, BUILD_DIRECTORY);
  rmSync(built, { recursive: true, force: true });
  try {
    const imported = await fill(built, path, onKeys);
    rmSync(join(built, "ledis.lock"), { force: true });
    closeCompanions(built);
    markReady(directory);
    return imported;
  } catch (error) {
    rmSync(built, { recursive: true, force: true });
    if (!(error instanceof RdbError || error instanceof CommandError)) throw error;
    throw new StorageError(`${path}: ${error.message}`, { cause: error });
  }
}

async function fill(
  built: string,
  path: string,
  onKeys: (keys: number) => void,
): Promise<Imported> {
  const ledis = await openAllDatabases(built);
  const skipped = new Map<string, number>();
  let [keys, expired, libraries] = [0, 0, 0];
  try {
    const limits = { valueBytesMax: VALUE_BYTES_MAX };
    for await (const record of readRdbFile(Bun.file(path).stream(), limits)) {
      if (record.kind === "skipped") {
        skipped.set(record.what, (skipped.get(record.what) ?? 0) + 1);
      } else if (record.kind === "library") {
        ledis.libraries.put(readLibraryHead(record.code).name, record.code);
        libraries++;
      } else if (record.kind === "key") {
        if (record.expireAtMs !== 0 && record.expireAtMs <= clock.nowMs()) {
          expired++;
          continue;
        }
        checkValue(record.value);
        const { dumps } = ledis.select(record.database);
        const slices = dumps.storing(record.key, record.value, record.expireAtMs);
        for (const _ of slices) await endTurn(ledis);
        if (++keys % TURN_KEYS === 0) await endTurn(ledis);
        onKeys(keys);
      }
    }
    await endTurn(ledis);
    const { position } = ledis.keyspace.history;
    await ledis.close();
    return { keys, libraries, expired, skipped, position };
  } catch (error) {
    await ledis.close({ save: false }).catch(() => {});
    throw error;
  }
}

async function endTurn(ledis: Ledis): Promise<void> {
  await ledis.committed();
  const { keyspace } = ledis;
  while (!keyspace.hasRoom) {
    const { writeFailure } = keyspace;
    if (writeFailure !== null) throw new StorageError(writeFailure);
    await new Promise<void>((resolve) => keyspace.onRoom(resolve));
  }
}
