/** Entry point of the executable: chooses the subcommand, and turns its failure into one line. */

import { ConfigError, StorageError } from "./errors.ts";
import { version } from "./version.ts";

/** Answers the exit status. */
type Run = (args: readonly string[]) => Promise<number>;

interface Subcommand {
  readonly summary: string;
  /** Loads its modules, which `--help` of the program, or a health check, should not wait for. */
  readonly load: () => Promise<Run>;
}

const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  server: {
    summary: "run a server",
    load: async () => (await import("./cli/server-command.ts")).serverCommand,
  },
  cli: {
    summary: "talk to a server, in a shell or a script",
    load: async () => (await import("./cli/shell/cli-command.ts")).cliCommand,
  },
  benchmark: {
    summary: "measure how fast a server is",
    load: async () => (await import("./cli/benchmark/benchmark-command.ts")).benchmarkCommand,
  },
  health: {
    summary: "ask a server whether it is alive",
    load: async () => (await import("./cli/health-command.ts")).healthCommand,
  },
  dump: {
    summary: "write all that a server holds into a file",
    load: async () => (await import("./cli/data/dump-command.ts")).dumpCommand,
  },
  load: {
    summary: "read a dump into a data directory",
    load: async () => (await import("./cli/data/load-command.ts")).loadCommand,
  },
  backup: {
    summary: "copy a server's data into a directory to start from",
    load: async () => (await import("./cli/data/backup-command.ts")).backupCommand,
  },
  binlog: {
    summary: "show log files, or apply them",
    load: async () => (await import("./cli/binlog/binlog-command.ts")).binlogCommand,
  },
  repair: {
    summary: "check a data directory, and repair it",
    load: async () => (await import("./cli/data/repair-command.ts")).repairCommand,
  },
};

function usage(): string {
  const lines = Object.entries(SUBCOMMANDS).map(
    ([name, { summary }]) => `  ${name.padEnd(9)}  ${summary} (ledis ${name} --help)`,
  );
  return `Usage: ledis <command> [options]

Commands:
${lines.join("\n")}

Options:
  --help     this text
  --version  version of the program
`;
}

async function main([name, ...args]: readonly string[]): Promise<number> {
  switch (name) {
    case "--version":
    case "-v":
      process.stdout.write(`ledis ${version}\n`);
      return 0;
    case undefined:
    case "--help":
    case "-h":
      process.stdout.write(usage());
      return name === undefined ? 1 : 0;
  }
  if (!Object.hasOwn(SUBCOMMANDS, name)) {
    process.stderr.write(`ledis: unknown command '${name}', see ledis --help\n`);
    return 1;
  }
  const run = await SUBCOMMANDS[name]!.load();
  return run(args);
}

// Without an `await` out here, as the executable holds what this was compiled to, which knows none.
main(process.argv.slice(2)).then(process.exit, (error) => {
  if (!(error instanceof ConfigError || error instanceof StorageError)) throw error;
  process.stderr.write(`ledis: ${error.message}\n`);
  process.exit(1);
});
