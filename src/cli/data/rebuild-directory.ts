/**
 * Rebuilds a damaged data directory: the rows that SQLite can still read, the log repeated on them, and everything
 * that can be derived from rows derived anew. What is there is kept aside as it is.
 */

import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { replayableLog } from "../../binlog/check-log.ts";
import { FILE_HEADER_BYTES, HISTORY_ID_BYTES } from "../../binlog/event.ts";
import { logFileName } from "../../binlog/log-files.ts";
import { comparePositions, type LogPosition } from "../../binlog/position.ts";
import { syncPath } from "../../binlog/sync-path.ts";
import { mendKeys } from "../../database/stored-keys.ts";
import { StorageError } from "../../errors.ts";
import { BUILD_DIRECTORY, markReady } from "../../keyspace/directory-swap.ts";
import { replayLog } from "../../keyspace/sqlite/replay-log.ts";
import { salvageRows } from "../../keyspace/sqlite/salvage.ts";
import { StoredRows } from "../../keyspace/sqlite/stored-rows.ts";
import { setAside } from "../offline.ts";
import { Progress } from "../progress.ts";
import type { DirectoryCheck } from "./check-directory.ts";

const PAGE_BYTES = 4096;

/**
 * REQUIRES: the caller holds the directory's lock, and opens the directory once afterwards: that puts it in place.
 *
 * @param say told what was done and what was lost, a line each
 * @throws {StorageError} nothing could be read; nothing is changed
 */
export function rebuildDirectory(
  directory: string,
  check: DirectoryCheck,
  say: (line: string) => void,
): void {
  const built = join(directory, BUILD_DIRECTORY);
  rmSync(built, { recursive: true, force: true });
  mkdirSync(join(built, "bin_log"), { recursive: true });
  const path = join(built, "ledis.db");
  const rows = StoredRows.create(path, PAGE_BYTES);
  try {
    rebuildRows(directory, check, rows, say);
    rows.finish();
  } catch (error) {
    rows.close();
    rmSync(built, { recursive: true, force: true });
    throw error;
  }
  for (const each of [path, join(built, "bin_log"), built]) syncPath(each);
  markReady(directory);
  say(`what was there is in ${setAside(directory, "damaged")}`);
  syncPath(directory);
}

function rebuildRows(
  directory: string,
  check: DirectoryCheck,
  rows: StoredRows,
  say: (line: string) => void,
): void {
  const progress = new Progress("repair");
  const database = join(directory, "ledis.db");
  let done = 0;
  const onRows = (count: number) => {
    done += count;
    progress.show(`${done} rows`);
  };
  const isThere = existsSync(database);
  const { rowCount, losses } = isThere
    ? salvageRows(database, rows, onRows)
    : { rowCount: 0, losses: ["everything: ledis.db is missing"] };
  const turns = replay(directory, check, rows, progress);
  progress.end();
  if (rowCount === 0 && turns === 0 && check.applied === null) {
    throw new StorageError(
      `${directory}: nothing could be read, neither from ledis.db nor the log`,
    );
  }
  say(`${rowCount} rows read from ledis.db, ${turns} turns of the log repeated on them`);
  for (const loss of losses) say(`lost, but for what the log has: ${loss}`);
  mendKeys(rows, (problem) => say(`mended: ${problem}`));
}

/** Repeats what the log has; answers how many turns that were. */
function replay(
  directory: string,
  { log, applied, isDatabaseDamaged }: DirectoryCheck,
  rows: StoredRows,
  progress: Progress,
): number {
  const stretch = replayableLog(log, applied);
  const highest = log.files.at(-1)?.file ?? 0;
  let turns = 0;
  let end: LogPosition | null = applied;
  if (stretch !== null) {
    const isAhead = applied !== null && comparePositions(stretch.from, applied) < 0;
    const from = isAhead && !isDatabaseDamaged ? applied : stretch.from;
    let bytes = 0;
    turns = replayLog(join(directory, "bin_log"), from, stretch.to, rows, (more) => {
      bytes += more;
      progress.bytes(bytes);
    });
    end = stretch.to;
  }
  // Behind every file that there is: the new log begins with the next number, and a history of its own.
  const isNewest = end !== null && end.file >= highest;
  const place = isNewest ? end! : { file: Math.max(highest, 1), offset: FILE_HEADER_BYTES };
  rows.setApplied(place, randomBytes(HISTORY_ID_BYTES));
  return turns;
}

/** What the log does not hand over to the rebuilt directory. */
export function unreadableLog({ log, applied }: DirectoryCheck): string | null {
  const stretch = replayableLog(log, applied);
  const last = log.files.at(-1);
  if (last === undefined || (stretch?.to.file === last.file && last.isWhole)) return null;
  const { file, offset } = stretch?.to ?? applied ?? { file: last.file, offset: 0 };
  return `the log cannot be read on from ${logFileName(file)}:${offset}; what was written later is lost`;
}
