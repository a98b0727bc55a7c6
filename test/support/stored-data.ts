/** SQLite files of data directories, opened as the tools do. */
import { Database } from "bun:sqlite";
import { join } from "node:path";
import { checkKeys, mendKeys } from "../../src/database/stored-keys.ts";
import { salvageRows } from "../../src/keyspace/sqlite/salvage.ts";
import { StoredRows } from "../../src/keyspace/sqlite/stored-rows.ts";

/** Runs statements on a data directory's SQLite file. */
export function changeRows(directory: string, ...statements: readonly string[]): void {
  const db = new Database(join(directory, "ledis.db"));
  for (const statement of statements) db.run(statement);
  db.close();
}

/** What is wrong with the rows of a data directory. */
export function problemsIn(directory: string): string[] {
  const rows = StoredRows.open(join(directory, "ledis.db"));
  const problems: string[] = [];
  checkKeys(rows, (problem) => problems.push(problem));
  rows.close();
  return problems;
}

/** Copies the rows to a file of their own, mends them there, and answers what was mended and what is still wrong. */
export function mended(directory: string, target: string): { mended: string[]; left: string[] } {
  const path = join(target, "ledis.db");
  const rows = StoredRows.create(path, 4096);
  salvageRows(join(directory, "ledis.db"), rows);
  const lines: string[] = [];
  mendKeys(rows, (problem) => lines.push(problem));
  rows.finish();
  return { mended: lines, left: problemsIn(target) };
}
