/** `ledis backup`: a data directory that a server can start from, copied from one that may run. */

import {
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { logFileName } from "../../binlog/log-files.ts";
import type { LogPosition } from "../../binlog/position.ts";
import { syncPath } from "../../binlog/sync-path.ts";
import { StorageError } from "../../errors.ts";
import { lockDirectory } from "../../keyspace/data-directory.ts";
import { openOffline, requireDatabase } from "../offline.ts";
import { Progress } from "../progress.ts";
import { inTemporaryDirectory } from "../temporary-directory.ts";
import { EXIT_OK, parseToolArguments, runTool, UsageError } from "../tool.ts";
import { copyInto, masterLine } from "./copy-into.ts";
import { openSource } from "./dump-command.ts";
import {
  namesServer,
  type ServerOptionTexts,
  SOURCE_OPTIONS,
  SOURCE_USAGE,
} from "./source-options.ts";

const USAGE = `Usage: ledis backup [--addr ADDRESS] [--password PASSWORD] --to DIR
       ledis backup --data-dir DIR --to DIR

NAME
  ledis backup - copy a server's data into a directory that a server can start from

DESCRIPTION
  Asks a running server for a copy of all its keys as of one moment, and builds a data directory of it; the
  server goes on meanwhile. The backup holds the database alone, not the log before that moment: the server
  that starts from it goes on in the same history, and log files of the original can be applied to it with
  ledis binlog --apply.

  With --data-dir, copies the files of a server that does not run, its log included.

  The backup is made in DIR.partial-<random>, opened once to see that it is sound, and gets its name when it is
  complete and on disk. Prints the place in the log that it is the state of.

OPTIONS
${SOURCE_USAGE}  --data-dir DIR       copy this data directory instead of asking a server
  --to DIR             where the backup goes: must not be there, or be empty
  --help               this text

EXIT STATUS
  0 the backup is there; 1 it is not; 2 wrong usage
`;

const OPTIONS = {
  ...SOURCE_OPTIONS,
  "data-dir": { type: "string" },
  to: { type: "string" },
} as const;

/** Runs `ledis backup`; answers the exit status. */
export function backupCommand(args: readonly string[]): Promise<number> {
  return runTool("backup", USAGE, args, async (rest) => {
    const { values, positionals } = parseToolArguments(rest, OPTIONS);
    if (positionals.length > 0) throw new UsageError(`unexpected argument ${positionals[0]}`);
    if (values.to === undefined || values.to === "") throw new UsageError("where? --to DIR");
    const from = values["data-dir"];
    if (from !== undefined && namesServer(values)) {
      throw new UsageError("either a server or --data-dir");
    }
    await backUp(values, from, resolve(values.to));
    return EXIT_OK;
  });
}

async function backUp(
  server: ServerOptionTexts,
  from: string | undefined,
  to: string,
): Promise<void> {
  if (existsSync(to) && readdirSync(to).length > 0) throw new StorageError(`${to} is not empty`);
  mkdirSync(dirname(to), { recursive: true });
  const position = await inTemporaryDirectory(`${to}.partial-`, async (partial) => {
    if (from === undefined) await copyServer(server, partial);
    else copyFiles(from, partial);
    const end = await tryOut(partial);
    if (existsSync(to)) rmdirSync(to);
    renameSync(partial, to);
    return end;
  });
  syncPath(dirname(to));
  process.stdout.write(masterLine(logFileName(position.file), position));
  process.stdout.write("Backup OK\n");
}

async function copyServer(server: ServerOptionTexts, target: string): Promise<void> {
  const progress = new Progress("backup");
  await using source = await openSource(server, undefined);
  try {
    await copyInto(target, source, (keys) => progress.show(`${keys} keys`));
  } finally {
    progress.end();
  }
}

function copyFiles(from: string, target: string): void {
  requireDatabase(from);
  using _ = lockDirectory(from);
  if (existsSync(join(from, "fullsync", "ready"))) {
    throw new StorageError(`${from}: a full copy of another server waits there; start it once`);
  }
  for (const name of ["ledis.db", "ledis.db-wal"]) copyFile(join(from, name), join(target, name));
  const logs = join(from, "bin_log");
  const copies = join(target, "bin_log");
  mkdirSync(copies);
  for (const name of existsSync(logs) ? readdirSync(logs) : []) {
    copyFile(join(logs, name), join(copies, name));
  }
  syncPath(copies);
  syncPath(target);
}

function copyFile(from: string, to: string): void {
  if (!existsSync(from)) return;
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
  syncPath(to);
}

/** Opens the backup as a server would; answers where its log ends. @throws {StorageError} it cannot be used */
async function tryOut(directory: string): Promise<LogPosition> {
  const keyspace = await openOffline(directory);
  const { position } = keyspace.history;
  await keyspace.close();
  rmSync(join(directory, "ledis.lock"), { force: true });
  syncPath(directory);
  return position;
}
