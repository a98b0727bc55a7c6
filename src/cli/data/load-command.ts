/** `ledis load`: reads a dump into the data directory of a server that does not run. */
import { closeSync, mkdirSync, openSync, readSync } from "node:fs";
import { logFileName } from "../../binlog/log-files.ts";
import type { LogPosition } from "../../binlog/position.ts";
import { toText } from "../../bytes/bytes.ts";
import { StorageError } from "../../errors.ts";
import { lockDirectory } from "../../keyspace/data-directory.ts";
import { isVacant, openOffline, setAside } from "../offline.ts";
import { Progress } from "../progress.ts";
import { EXIT_OK, parseToolArguments, runTool, UsageError } from "../tool.ts";
import { copyInto, masterLine } from "./copy-into.ts";
import { DumpCopy } from "./copy-source.ts";
import { importRdb } from "./rdb-import.ts";

const USAGE = `Usage: ledis load [--data-dir DIR] [--force] FILE

NAME
  ledis load - read a dump into a data directory

DESCRIPTION
  Reads a file that ledis dump wrote into the data directory of a server that does not run. The dump is read
  and checked to its end before anything that is there is touched.

  A directory that holds a database is refused. With --force, its database and log are moved to a directory
  replaced-<time> in it, and the dump takes their place.

  FILE may also be one of Redis's .rdb files, of Redis 7.4 or older. Modules' values are not
  stored here: they are left out and told on stderr, and so are keys whose TTL has passed.

  Prints the place in the log that the dump is the state of, then "Load OK". With the log files of the server
  that was dumped, ledis binlog --apply goes on from there.

OPTIONS
  --data-dir DIR   where the database goes; made if it is not there (default ./var)
  --dump-file FILE the same as FILE, as LedisDB's tool has it
  --force          replace the database that is there
  --help           this text

EXIT STATUS
  0 it is loaded; 1 it is not, and what was there is as it was; 2 wrong usage
`;

const OPTIONS = {
  "data-dir": { type: "string", default: "./var" },
  "dump-file": { type: "string" },
  force: { type: "boolean", default: false },
} as const;

const RDB_MAGIC = "REDIS";

/** Runs `ledis load`; answers the exit status. */
export function loadCommand(args: readonly string[]): Promise<number> {
  return runTool("load", USAGE, args, async (rest) => {
    const { values, positionals } = parseToolArguments(rest, OPTIONS);
    const files = [...positionals, ...(values["dump-file"] ?? "").split("\0").filter(Boolean)];
    const [path] = files;
    if (path === undefined || files.length > 1) throw new UsageError("which dump? one file");
    await load(values["data-dir"], values.force, isRdb(path) ? rdbInput(path) : dumpInput(path));
    return EXIT_OK;
  });
}

/** Redis's own file, as its first bytes say. @throws it cannot be read */
function isRdb(path: string): boolean {
  const head = new Uint8Array(RDB_MAGIC.length);
  const fd = openSync(path, "r");
  readSync(fd, head, 0, head.length, 0);
  closeSync(fd);
  return toText(head) === RDB_MAGIC;
}

/** Something to load: reads itself into a directory's place for copies, and answers where the log ends then. */
type Input = (directory: string, progress: Progress) => Promise<LogPosition>;

function dumpInput(path: string): Input {
  return async (directory, progress) => {
    await using dump = new DumpCopy(path);
    await copyInto(directory, dump, (keys) => {
      progress.show(`${keys} keys (${Math.floor((dump.at / dump.size) * 100)}%)`);
    });
    return dump.position;
  };
}

function rdbInput(path: string): Input {
  return async (directory, progress) => {
    const imported = await importRdb(directory, path, (keys) => progress.show(`${keys} keys`));
    progress.end();
    const { keys, libraries, expired, skipped, position } = imported;
    const note = (text: string) => process.stderr.write(`ledis: load: ${text}\n`);
    note(`${keys} keys read${expired === 0 ? "" : `, ${expired} left out: their TTL has passed`}`);
    if (libraries > 0) note(`libraries of functions read: ${libraries}`);
    for (const [what, count] of skipped) note(`${count} left out, not stored here: ${what}`);
    return position;
  };
}

async function load(directory: string, isForced: boolean, input: Input): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const progress = new Progress("load");
  let position: LogPosition;
  {
    using _ = lockDirectory(directory);
    const isReplacing = !isVacant(directory);
    if (isReplacing && !isForced) {
      throw new StorageError(`${directory} holds a database already; --force replaces it`);
    }
    try {
      position = await input(directory, progress);
    } finally {
      progress.end();
    }
    if (isReplacing) {
      const aside = setAside(directory, "replaced");
      process.stderr.write(`ledis: load: what was there is in ${aside}\n`);
    }
  }
  // The copy is complete and durable: opening the directory puts it in place.
  const keyspace = await openOffline(directory);
  await keyspace.close();
  process.stdout.write(masterLine(logFileName(position.file), position));
  process.stdout.write("Load OK\n");
}
