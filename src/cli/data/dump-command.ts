/** `ledis dump`: writes all that a server holds into a file. */
import { StorageError } from "../../errors.ts";
import { DumpWriter } from "../../keyspace/snapshots/dump-file.ts";
import { Progress } from "../progress.ts";
import { ServerConnection } from "../server-connection.ts";
import { clientTls } from "../tls-options.ts";
import { EXIT_OK, parseToolArguments, runTool, UsageError } from "../tool.ts";
import { type CopySource, copyFromDirectory, copyFromServer } from "./copy-source.ts";
import {
  namesServer,
  type ServerOptionTexts,
  SOURCE_OPTIONS,
  SOURCE_USAGE,
  serverAddress,
  serverPassword,
} from "./source-options.ts";

const USAGE = `Usage: ledis dump [--addr ADDRESS] [--password PASSWORD] [-o FILE]
       ledis dump --data-dir DIR [-o FILE]

NAME
  ledis dump - write all that a server holds into a file

DESCRIPTION
  Asks a running server for a copy of all its keys as of one moment, and writes it to FILE; the server goes
  on meanwhile. Or reads the data directory of a server that does not run. The file also says which place of
  the log it is the state of: ledis load prints it, and ledis binlog --apply goes on from there.

  The dump is written to FILE.tmp, checked while it is written, and gets its name when it is complete and
  on disk. A file that is there is replaced then.

OPTIONS
${SOURCE_USAGE}  --data-dir DIR       read this data directory instead of asking a server
  -o, --output FILE    where to write (default ./ledis.dump)
  --help               this text

EXIT STATUS
  0 the dump is there; 1 it is not; 2 wrong usage
`;

const OPTIONS = {
  ...SOURCE_OPTIONS,
  "data-dir": { type: "string" },
  output: { type: "string", short: "o", default: "./ledis.dump" },
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
    await using source = await openSource(values, directory);
    await writeDump(source, values.output);
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

async function writeDump(source: CopySource, path: string): Promise<void> {
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
