/** Entry point of the executable: chooses the subcommand, and turns its failure into one line. */

import { benchmarkCommand } from "./cli/benchmark/benchmark-command.ts";
import { binlogCommand } from "./cli/binlog/binlog-command.ts";
import { backupCommand } from "./cli/data/backup-command.ts";
import { dumpCommand } from "./cli/data/dump-command.ts";
import { loadCommand } from "./cli/data/load-command.ts";
import { repairCommand } from "./cli/data/repair-command.ts";
import { healthCommand } from "./cli/health-command.ts";
import { serverCommand } from "./cli/server-command.ts";
import { cliCommand } from "./cli/shell/cli-command.ts";
import { ConfigError, StorageError } from "./errors.ts";
import { version } from "./version.ts";

const USAGE = `Usage: ledis <command> [options]

Commands:
  server     run a server (ledis server --help)
  cli        talk to a server, in a shell or a script (ledis cli --help)
  benchmark  measure how fast a server is (ledis benchmark --help)
  health     ask a server whether it is alive (ledis health --help)
  dump       write all that a server holds into a file (ledis dump --help)
  load       read a dump into a data directory (ledis load --help)
  backup     copy a server's data into a directory to start from (ledis backup --help)
  binlog     show log files, or apply them (ledis binlog --help)
  repair     check a data directory, and repair it (ledis repair --help)

Options:
  --help     this text
  --version  version of the program
`;

async function main(args: readonly string[]): Promise<number> {
  const [command, ...rest] = args;
  switch (command) {
    case "server":
      return serverCommand(rest);
    case "benchmark":
      return benchmarkCommand(rest);
    case "cli":
      return cliCommand(rest);
    case "health":
      return healthCommand(rest);
    case "dump":
      return dumpCommand(rest);
    case "load":
      return loadCommand(rest);
    case "backup":
      return backupCommand(rest);
    case "binlog":
      return binlogCommand(rest);
    case "repair":
      return repairCommand(rest);
    case "--version":
    case "-v":
      process.stdout.write(`ledis ${version}\n`);
      return 0;
    case undefined:
    case "--help":
    case "-h":
      process.stdout.write(USAGE);
      return command === undefined ? 1 : 0;
    default:
      process.stderr.write(`ledis: unknown command '${command}', see ledis --help\n`);
      return 1;
  }
}

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof StorageError)) throw error;
  process.stderr.write(`ledis: ${error.message}\n`);
  process.exit(1);
}
