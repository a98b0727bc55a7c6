/** `ledis repair`: checks the data directory of a server that does not run, and repairs it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { StorageError } from "../../errors.ts";
import { lockDirectory } from "../../keyspace/data-directory.ts";
import { LineOutput } from "../line-output.ts";
import { openOffline, requireDatabase } from "../offline.ts";
import { EXIT_FAILED, EXIT_OK, parseToolArguments, runTool, UsageError } from "../tool.ts";
import { checkDirectory } from "./check-directory.ts";
import { rebuildDirectory, unreadableLog } from "./rebuild-directory.ts";

const USAGE = `Usage: ledis repair --data-dir DIR [--check]

NAME
  ledis repair - check a data directory, and repair it

DESCRIPTION
  Checks the data directory of a server that does not run: every turn of the log, SQLite's own integrity check,
  that log and SQLite fit together, and that everything SQLite holds agrees: counters with keys, sizes of
  collections with their elements, both orders of sorted sets.

  With --check, that is all. Otherwise, if anything is damaged, the database is rebuilt from what is readable:
  SQLite's rows, then the log repeated on them from the earliest place that it can be; collections are mended,
  and what can be derived is derived anew. The damaged files are kept in DIR/damaged-<time>; there has to be
  room for the rebuilt database beside them. Its log begins anew, so slaves take a full copy.

  What a crash leaves, an append that was not finished, is no damage: the next start removes it.

OPTIONS
  --data-dir DIR   the directory
  --check          change nothing
  --help           this text

EXIT STATUS
  0 the directory is sound; 1 damage was found, and repaired unless the last line says that it was not;
  2 wrong usage
`;

const OPTIONS = {
  "data-dir": { type: "string" },
  check: { type: "boolean", default: false },
} as const;

/** Runs `ledis repair`; answers the exit status. */
export function repairCommand(args: readonly string[]): Promise<number> {
  return runTool("repair", USAGE, args, async (rest) => {
    const { values, positionals } = parseToolArguments(rest, OPTIONS);
    if (positionals.length > 0) throw new UsageError(`unexpected argument ${positionals[0]}`);
    const directory = values["data-dir"];
    if (directory === undefined) throw new UsageError("--data-dir is missing");
    requireDatabase(directory);
    return repair(directory, values.check);
  });
}

const output = new LineOutput();

function say(line: string): void {
  output.line(line);
  output.flush();
}

async function repair(directory: string, isCheck: boolean): Promise<number> {
  {
    using _ = lockDirectory(directory);
    if (existsSync(join(directory, "fullsync", "ready"))) {
      throw new StorageError(
        `${directory}: a full copy of another server waits there; start it once`,
      );
    }
    const check = checkDirectory(directory);
    for (const note of check.notes) say(`note: ${note}`);
    for (const problem of check.problems) say(`damaged: ${problem}`);
    if (check.problems.length === 0) {
      say(`${directory}: sound`);
      return EXIT_OK;
    }
    if (isCheck) {
      say(`${directory}: damaged`);
      return EXIT_FAILED;
    }
    const unreadable = unreadableLog(check);
    if (unreadable !== null) say(unreadable);
    rebuildDirectory(directory, check, say);
  }
  const keyspace = await openOffline(directory, "error");
  await keyspace.close();
  using _ = lockDirectory(directory);
  const { problems } = checkDirectory(directory);
  for (const problem of problems) say(`still damaged: ${problem}`);
  say(`${directory}: ${problems.length === 0 ? "repaired" : "not repaired"}`);
  return EXIT_FAILED;
}
