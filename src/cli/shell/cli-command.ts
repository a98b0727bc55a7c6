/** `ledis cli`: one command, a script, a shell, or one of the modes for many keys. */
import { homedir } from "node:os";
import { join } from "node:path";
import { type Bytes, equalBytes, fromText } from "../../bytes/bytes.ts";
import { ConfigError, messageOf } from "../../errors.ts";
import type { ClientConnection } from "../client-connection.ts";
import { processOutput, type TextOutput } from "../text-output.ts";
import { CLI_USAGE, type CliOptions, parseCliOptions } from "./cli-options.ts";
import { CliSession } from "./cli-session.ts";
import { CommandCatalog } from "./command-catalog.ts";
import { interactiveShell } from "./interactive-shell.ts";
import { listKeys } from "./key-listing.ts";
import { probeLatency } from "./latency-probe.ts";
import { insertInMass } from "./mass-insertion.ts";
import { ShellHistory } from "./shell-history.ts";
import { runScript } from "./shell-script.ts";

/** Runs `ledis cli`; answers the exit status. @throws {ConfigError} bad options */
export async function cliCommand(args: readonly string[]): Promise<number> {
  const options = parseCliOptions(args, process.stdout.isTTY === true);
  const output = processOutput();
  if (options === null) {
    output.print(CLI_USAGE);
    await output.flush();
    return 0;
  }
  output.printError(options.warning);
  const session = new CliSession(
    {
      ...options.server,
      format: options.format,
      streamNotice: options.isStandard ? "Reading messages... (press Ctrl-C to quit)\n" : "",
      showsPushes: process.stdout.isTTY === true,
      errorsApart: options.stopsAtErrors,
    },
    output,
  );
  try {
    return await run(options, session, output);
  } finally {
    session.close();
    await output.flush();
  }
}

function run(options: CliOptions, session: CliSession, output: TextOutput): Promise<number> {
  switch (options.mode) {
    case "command":
      return runCommand(options, session);
    case "shell":
      return runShell(options, session, output);
    case "scan":
      return withConnection(session, output, (connection) => {
        const { pattern, isStandard, intervalSeconds } = options;
        const listing = { pattern, quoted: isStandard, pauseSeconds: intervalSeconds };
        return listKeys(connection, listing, output);
      });
    case "latency":
      return withConnection(session, output, (connection) => {
        const probe = { live: options.isStandard, seconds: options.intervalSeconds || 1 };
        return probeLatency(connection, probe, output);
      });
    case "pipe":
      return withConnection(session, output, async (connection) => {
        const timeout = options.pipeTimeoutSeconds;
        const report = await insertInMass(connection, Bun.stdin.stream(), output, timeout);
        output.print(`errors: ${report.errors}, replies: ${report.replies}\n`);
        return report.errors > 0 ? 1 : 0;
      });
  }
}

async function withConnection(
  session: CliSession,
  output: TextOutput,
  work: (connection: ClientConnection) => Promise<number>,
): Promise<number> {
  const connection = await session.connect();
  if (connection === null) return 1;
  try {
    return await work(connection);
  } catch (error) {
    output.printError(`Error: ${messageOf(error)}\n`);
    return 1;
  }
}

async function runCommand(options: CliOptions, session: CliSession): Promise<number> {
  const { repeats, intervalSeconds, stopsAtErrors } = options;
  const words = await wordsOf(options);
  for (let round = 0; round < repeats; round++) {
    if (round > 0 && intervalSeconds > 0) await Bun.sleep(intervalSeconds * 1000);
    const outcome = await session.run(words);
    if (outcome === "lost" || (outcome === "error" && stopsAtErrors)) return 1;
  }
  return 0;
}

/** The command's words, with stdin where -x and -X say. @throws {ConfigError} no such word */
async function wordsOf({ words, stdinWord }: CliOptions): Promise<Bytes[]> {
  const bytes = words.map(fromText);
  if (stdinWord === null) return bytes;
  const input = await Bun.stdin.bytes();
  if (stdinWord === true) return [...bytes, input];
  const tag = fromText(stdinWord);
  if (!bytes.some((word) => equalBytes(word, tag))) {
    throw new ConfigError(`cli: no argument is the tag '${stdinWord}' of -X`);
  }
  return bytes.map((word) => (equalBytes(word, tag) ? input : word));
}

function runShell(options: CliOptions, session: CliSession, output: TextOutput): Promise<number> {
  const context = { session, output, catalog: new CommandCatalog() };
  if (process.stdin.isTTY && process.stdout.isTTY) {
    return interactiveShell(context, new ShellHistory(historyPath()));
  }
  const script = { ...context, clearScreen: null };
  return runScript(script, Bun.stdin.stream(), options.stopsAtErrors);
}

function historyPath(): string {
  const { LEDIS_HISTFILE } = process.env;
  return LEDIS_HISTFILE ?? join(homedir(), ".ledis_history");
}
