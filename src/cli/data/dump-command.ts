/** `ledis dump`: writes all that a server holds into a file. */
import { StorageError } from "../../errors.ts";
import { DumpWriter } from "../../keyspace/snapshots/dump-file.ts";
import { requireDatabase } from "../offline.ts";
import { Progress } from "../progress.ts";
import { ServerConnection } from "../server-connection.ts";
import { inTemporaryDirectory } from "../temporary-directory.ts";
import { clientTls } from "../tls-options.ts";
import { EXIT_OK, parseToolArguments, runTool, UsageError } from "../tool.ts";
import { copyInto } from "./copy-into.ts";
import { type CopySource, copyFromDirectory, copyFromServer } from "./copy-source.ts";
import { exportRdb } from "./rdb-export.ts";
import {
  namesServer,
  type ServerOptionTexts,
  SOURCE_OPTIONS,
  SOURCE_USAGE,
  serverAddress,
  serverPassword,
} from "./source-options.ts";

const USAGE = `Usage: ledis dump [--addr ADDRESS] [--password PASSWORD] [--rdb] [-o FILE]
       ledis dump --data-dir DIR [--rdb] [-o FILE]

NAME
  ledis dump - write all that a server holds into a file

DESCRIPTION
  Asks a running server for a copy of all its keys as of one moment, and writes it to FILE; the server goes
  on meanwhile. Or reads the data directory of a server that does not run. The file also says which place of
  the log it is the state of: ledis load prints it, and ledis binlog --apply goes on from there.

  The dump is written to FILE.tmp, checked while it is written, and gets its name when it is complete and
  on disk. A file that is there is replaced then.

  With --rdb, FILE is one of Redis's .rdb files: Redis 4.0 and later start from it, 7.0 and later if there are
  streams or functions, 7.4 and later if fields of hashes have TTLs. LedisDB's bitmaps are left out and told on stderr. A
  server's copy is kept in a directory FILE.copy-<random> meanwhile, which needs as much room as its data.

OPTIONS
${SOURCE_USAGE}  --data-dir DIR       read this data directory instead of asking a server
  --rdb                write a file for Redis
  -o, --output FILE    where to write (default ./ledis.dump, or ./dump.rdb with --rdb)
  --help               this text

EXIT STATUS
  0 the dump is there; 1 it is not; 2 wrong usage
`;

const OPTIONS = {
  ...SOURCE_OPTIONS,
  "data-dir": { type: "string" },
  rdb: { type: "boolean", default: false },
  output: { type: "string", short: "o" },
} as const;

/** Runs `ledis dump`; answers the exit status. */
export function dumpCommand(args: readonly string[]): Promise<number> {
  return runTool("dump", USAGE, args, async (rest) => {
    const { values, positionals } = parseToolArguments(rest, OPTIONS);
    if (positionals.length > 0) throw new UsageError(`unexpected argument ${positionals[0]}`);
    const directory = values["data-dir"];
    if (directory !== undefined && namesServer(values)) {
      throw new UsageError("either a server or --data-dir");
    }
    if (values.rdb) await writeRdb(values, directory, values.output ?? "./dump.rdb");
    else await writeDump(values, directory, values.output ?? "./ledis.dump");
    return EXIT_OK;
  });
}

/** @throws {StorageError} nothing to copy from */
export async function openSource(
  server: ServerOptionTexts,
  directory: string | undefined,
): Promise<CopySource> {
  if (directory !== undefined) return copyFromDirectory(directory);
  const address = serverAddress(server);
  const tls = clientTls(server, address);
  const connection = await ServerConnection.open(address, serverPassword(server), tls);
  try {
    return await copyFromServer(connection);
  } catch (error) {
    connection.close();
    throw error;
  }
}

async function writeDump(
  server: ServerOptionTexts,
  directory: string | undefined,
  path: string,
): Promise<void> {
  await using source = await openSource(server, directory);
  const progress = new Progress("dump");
  const writer = new DumpWriter(path, source.head);
  try {
    while (!writer.isComplete) {
      const block = await source.next();
      if (block === null) throw new StorageError("the copy ended too early");
      writer.add(block);
      progress.bytes(writer.size);
    }
  } catch (error) {
    writer.abandon();
    throw error;
  } finally {
    progress.end();
  }
  writer.finish();
}

async function writeRdb(
  server: ServerOptionTexts,
  directory: string | undefined,
  path: string,
): Promise<void> {
  const progress = new Progress("dump");
  const write = async (from: string) => {
    const { bitmaps } = await exportRdb(from, path, (keys) =>
      progress.show(`${keys} keys written`),
    );
    progress.end();
    if (bitmaps === 0) return;
    process.stderr.write(
      `ledis: dump: ${bitmaps} left out, not known to Redis: LedisDB's bitmap\n`,
    );
  };
  try {
    if (directory !== undefined) {
      requireDatabase(directory);
      await write(directory);
    } else {
      await withServersCopy(server, path, progress, write);
    }
  } finally {
    progress.end();
  }
}

/** Has `use` read a data directory with a copy of what the server holds, which is removed afterwards. */
async function withServersCopy(
  server: ServerOptionTexts,
  path: string,
  progress: Progress,
  use: (directory: string) => Promise<void>,
): Promise<void> {
  await using source = await openSource(server, undefined);
  await inTemporaryDirectory(`${path}.copy-`, async (directory) => {
    await copyInto(directory, source, (keys) => progress.show(`${keys} keys read`));
    await use(directory);
  });
}
