/** Checks a data directory as a whole: log, SQLite, and that they belong together. Changes nothing. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { checkLog, type LogCheck } from "../../binlog/check-log.ts";
import { logFileName } from "../../binlog/log-files.ts";
import { formatPosition, type LogPosition } from "../../binlog/position.ts";
import { equalBytes } from "../../bytes/bytes.ts";
import { checkKeys } from "../../database/stored-keys.ts";
import { StoredRows } from "../../keyspace/sqlite/stored-rows.ts";
import { Progress } from "../progress.ts";
import { reasonOf } from "../tool.ts";

/** Problems of rows that are listed; of more, the number. */
const ROW_PROBLEMS_MAX = 50;

export interface DirectoryCheck {
  /** What is damaged, a line each; none: the directory is sound. */
  readonly problems: readonly string[];
  /** Some of them are SQLite's. */
  readonly isDatabaseDamaged: boolean;
  readonly notes: readonly string[];
  readonly log: LogCheck;
  /** The place in the log that SQLite's rows are the state of; null: nothing says so. */
  readonly applied: AppliedPlace | null;
}

export type AppliedPlace = LogPosition & { readonly history_id: Uint8Array };

/** @param directory locked by the caller */
export function checkDirectory(directory: string): DirectoryCheck {
  const progress = new Progress("check");
  const problems: string[] = [];
  const applied = checkDatabase(join(directory, "ledis.db"), problems, progress);
  const isDatabaseDamaged = problems.length > 0;
  let bytes = 0;
  const log = checkLog(join(directory, "bin_log"), applied, (more) => {
    bytes += more;
    progress.bytes(bytes);
  });
  problems.push(...log.problems);
  const notes = [...log.notes];
  checkFit(log, applied, problems, notes);
  progress.end();
  return { problems, isDatabaseDamaged, notes, log, applied };
}

/** Answers the applied place; null: there is none, or none that can be read. */
function checkDatabase(path: string, problems: string[], progress: Progress): AppliedPlace | null {
  if (!existsSync(path)) {
    problems.push("ledis.db: it is missing");
    return null;
  }
  let rows: StoredRows;
  try {
    rows = StoredRows.open(path);
  } catch (error) {
    problems.push(`ledis.db: ${reasonOf(error)}`);
    return null;
  }
  let applied: AppliedPlace | null = null;
  try {
    applied = rows.applied();
    progress.show("ledis.db");
    const found = rows.integrity();
    for (const line of found) problems.push(`ledis.db: ${line}`);
    if (found.length === 0) checkRows(rows, problems);
    if (applied === null && !rows.isBlank) {
      problems.push("ledis.db: it does not say which place of the log it is the state of");
    }
  } catch (error) {
    problems.push(`ledis.db: ${reasonOf(error)}`);
  }
  rows.close();
  return applied;
}

function checkRows(rows: StoredRows, problems: string[]): void {
  let count = 0;
  checkKeys(rows, (problem) => {
    if (++count <= ROW_PROBLEMS_MAX) problems.push(`ledis.db: ${problem}`);
  });
  if (count > ROW_PROBLEMS_MAX) {
    problems.push(`ledis.db: and ${count - ROW_PROBLEMS_MAX} more of this kind`);
  }
}

/** Does the log go on where SQLite's rows end? */
function checkFit(
  log: LogCheck,
  applied: AppliedPlace | null,
  problems: string[],
  notes: string[],
): void {
  const [first] = log.files;
  if (applied === null) {
    if (first !== undefined && (first.file !== 1 || first.base !== 0)) {
      problems.push("the log does not begin with file 1, and SQLite does not hold what was before");
    }
    return;
  }
  const file = log.files.find((each) => each.file === applied.file);
  if (file === undefined) {
    if (log.files.every(({ end, start }) => end === start)) {
      notes.push("there is no log; a new one begins at the next start");
    } else {
      problems.push(`${logFileName(applied.file)}: it is missing`);
    }
  } else if (file.historyId !== null && !equalBytes(file.historyId, applied.history_id)) {
    problems.push(`${logFileName(file.file)}: it belongs to another database than ledis.db`);
  } else if (file.end < applied.offset && file.isWhole) {
    problems.push(
      `${logFileName(file.file)}: it ends before ${formatPosition(applied)}, whose state SQLite holds`,
    );
  }
}
