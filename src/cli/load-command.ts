/** `ledis load`: reads a dump into the data directory of a server that does not run. */
import { closeSync, mkdirSync, openSync, readSync } from "node:fs";
import { logFileName } from "../binlog/log-files.ts";
import { toText } from "../bytes/bytes.ts";
import { StorageError } from "../errors.ts";
import { lockDirectory } from "../keyspace/data-directory.ts";
import { copyInto, masterLine } from "./copy-into.ts";
import { DumpCopy } from "./copy-source.ts";
import { isVacant, openOffline, setAside } from "./offline.ts";
import { Progress } from "./progress.ts";
import { EXIT_OK, parseToolArguments, runTool, UsageError } from "./tool.ts";

const USAGE = `Usage: ledis load [--data-dir DIR] [--force] FILE

NAME
  ledis load - read a dump into a data directory

DESCRIPTION
  Reads a file that ledis dump wrote into the data directory of a server that does not run. The dump is read
  and checked to its end before anything that is there is touched.

  A directory that holds a database is refused. With --force, its database and log are moved to a directory
  replaced-<time> in it, and the dump takes their place.

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
    refuseForeign(path);
    await using dump = new DumpCopy(path);
    await load(dump, values["data-dir"], values.force);
    return EXIT_OK;
  });
}

/** @throws {StorageError} a file of another program, which can be named */
function refuseForeign(path: string): void {
  const head = new Uint8Array(RDB_MAGIC.length);
  const fd = openSync(path, "r");
  readSync(fd, head, 0, head.length, 0);
  closeSync(fd);
  if (toText(head) !== RDB_MAGIC) return;
  throw new StorageError(`${path} is Redis's .rdb file, which is not read here`);
}

async function load(dump: DumpCopy, directory: string, isForced: boolean): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const progress = new Progress("load");
  {
    using _ = lockDirectory(directory);
    const isReplacing = !isVacant(directory);
    if (isReplacing && !isForced) {
      throw new StorageError(`${directory} holds a database already; --force replaces it`);
    }
    try {
      await copyInto(directory, dump, (keys) => {
        const share = Math.floor((dump.at / dump.size) * 100);
        progress.show(`${keys} keys (${share}%)`);
      });
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
  process.stdout.write(masterLine(logFileName(dump.position.file), dump.position));
  process.stdout.write("Load OK\n");
}
