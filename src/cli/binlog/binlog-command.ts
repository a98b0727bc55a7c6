/** `ledis binlog`: shows log files, or applies them to a data directory. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { listLogFiles, logFilePath } from "../../binlog/log-files.ts";
import { fromText } from "../../bytes/bytes.ts";
import { StorageError } from "../../errors.ts";
import { StoredNames } from "../../keyspace/sqlite/stored-names.ts";
import { LineOutput, OutputClosed } from "../line-output.ts";
import { EXIT_FAILED, EXIT_OK, parseToolArguments, runTool, UsageError } from "../tool.ts";
import { applyLog } from "./binlog-apply.ts";
import { type ListFilter, LogListing } from "./binlog-listing.ts";
import { LogNames } from "./log-names.ts";
import { parseSpan } from "./log-place.ts";

const USAGE = `Usage: ledis binlog [options] FILE...
       ledis binlog [options] --data-dir DIR
       ledis binlog --apply --data-dir DIR [--stop-datetime TIME | --stop-position PLACE] FILE...

NAME
  ledis binlog - show log files, or apply them to a data directory

DESCRIPTION
  Shows what log files hold, one line per row that was put or deleted:

    # ledis-bin.0000001: format 1, begun 2026-11-22 15:16:50, base 0, history 0a1b...
    # at ledis-bin.0000001:46
    2026-11-22 15:16:53 PUT DB: 0 kv "a" "1"

  Each "# at" begins a turn: what the server wrote at once, and takes effect as a whole. The place behind
  "at" is what --start-position and --stop-position take. Databases and keys are named as far as the log
  tells, or the data directory; otherwise a database is "?" and a collection "#" and its number. The files
  may belong to a server that runs. Files of LedisDB v0.1 are shown as its ledis-binlog did.

  With --apply, the turns of the files are applied to the data directory of a server that is not running,
  from the place on where its own log ends: a dump or backup and the log files since give the state at any
  moment in between. An empty directory starts with file 1. What does not follow is refused.

OPTIONS
  --data-dir DIR          show all log files of this data directory; with files: only take names from it
  --start-datetime TIME   from this time on, "YYYY-MM-DD HH:MM:SS", local time
  --stop-datetime TIME    up to this time, included
  --start-position PLACE  from this place on, such as ledis-bin.0000012:4096
  --stop-position PLACE   up to this place
  --db NUMBER             only rows of this database
  --key GLOB              only rows of keys that match
  --json                  one JSON object per line; a turn's rows have the same "turn"
  --apply                 apply instead of showing
  --help                  this text

  Options may be written with one dash, as LedisDB's.

EXIT STATUS
  0 all was read or applied; 1 a file is damaged, ends within a turn, or does not follow; 2 wrong usage
`;

const OPTIONS = {
  "data-dir": { type: "string" },
  "start-datetime": { type: "string" },
  "stop-datetime": { type: "string" },
  "start-position": { type: "string" },
  "stop-position": { type: "string" },
  db: { type: "string" },
  key: { type: "string" },
  json: { type: "boolean" },
  apply: { type: "boolean" },
} as const;

/** Runs `ledis binlog`; answers the exit status. */
export function binlogCommand(args: readonly string[]): Promise<number> {
  return runTool("binlog", USAGE, args, run);
}

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals: files } = parseToolArguments(args, OPTIONS);
  const directory = values["data-dir"];
  const span = parseSpan(values);
  if (values.apply) {
    if (directory === undefined) throw new UsageError("--apply needs --data-dir");
    if (files.length === 0) throw new UsageError("--apply needs log files");
    if (values.db !== undefined || values.key !== undefined || values.json) {
      throw new UsageError("--apply applies whole turns: no --db, --key or --json");
    }
    if (span.startTime !== null || span.startPosition !== null) {
      throw new UsageError("--apply starts where the data directory's log ends");
    }
    return applyLog(directory, files, span);
  }
  if (files.length === 0 && directory === undefined) throw new UsageError("which log files?");
  const filter: ListFilter = {
    ...span,
    database: values.db === undefined ? null : parseDatabase(values.db),
    keyPattern: values.key === undefined ? null : fromText(values.key),
  };
  const paths = files.length > 0 ? files : filesBelow(directory!);
  return list(paths, directory ?? null, filter, values.json ?? false);
}

function parseDatabase(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new UsageError("--db must be a database's number");
  return Number(text);
}

function filesBelow(directory: string): string[] {
  const path = join(directory, "bin_log");
  readdirSync(directory);
  if (!existsSync(path)) throw new StorageError(`${directory} is no data directory`);
  return listLogFiles(path).map((file) => logFilePath(path, file));
}

function list(
  paths: readonly string[],
  directory: string | null,
  filter: ListFilter,
  asJson: boolean,
): number {
  const database = directory === null ? null : join(directory, "ledis.db");
  const stored = database !== null && existsSync(database) ? new StoredNames(database) : null;
  const output = new LineOutput();
  try {
    const listing = new LogListing(output, new LogNames(stored), filter, asJson);
    let isSound = true;
    for (const path of paths) {
      const problem = listing.file(path);
      if (problem === null) continue;
      isSound = false;
      output.flush();
      process.stderr.write(`ledis: binlog: ${path}: ${problem}\n`);
    }
    output.flush();
    return isSound ? EXIT_OK : EXIT_FAILED;
  } catch (error) {
    if (error instanceof OutputClosed) return EXIT_OK;
    throw error;
  } finally {
    stored?.close();
  }
}
