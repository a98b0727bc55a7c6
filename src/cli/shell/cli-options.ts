/** The options of `ledis cli`: redis-cli's names, and its manual page. */
import { ConfigError } from "../../errors.ts";
import type { ParsedReply } from "../../resp/parsed-reply.ts";
import {
  flag,
  integerOption,
  parseLeadingOptions,
  secondsOption,
  valued,
} from "../leading-options.ts";
import {
  passwordWarning,
  SERVER_OPTIONS,
  SERVER_USAGE,
  type ServerOptions,
  serverOptions,
} from "../server-options.ts";
import { csvText, jsonText } from "./reply-data.ts";
import { rawText, standardText } from "./reply-text.ts";

export const CLI_USAGE = `NAME
  ledis cli - talk to a server

SYNOPSIS
  ledis cli [options] [command [argument ...]]
  ledis cli [options] < commands
  ledis cli [options] --pipe < requests

DESCRIPTION
  With a command: sends it, prints the reply and ends. Without one, on a terminal: a shell with
  history (~/.ledis_history), completion (TAB) and hints; type help there. Without one, and not on
  a terminal: runs the commands from stdin, one on each line.

  A shell whose connection was lost connects again before the next command. A command whose reply
  did not come is not sent again: it may have been executed.

THE SERVER
${SERVER_USAGE}  -n, --db NUMBER        database (default 0)

WHAT IS SENT
  -r, --repeat COUNT     run the command COUNT times, -1 for ever
  -i, --interval SECONDS wait between two runs, or two rounds of --scan; 0.1 is possible
  -x                     the last argument is what stdin holds
  -X TAG                 the argument TAG is what stdin holds
      --pipe             requests from stdin, RESP or inline, as fast as they are taken
      --pipe-timeout SECONDS  give up when no reply comes for so long at the end (default 30, 0: never)
      --scan             print all keys
      --pattern GLOB     only those that match
      --latency          measure how long PING takes; for -i seconds (default 1) if not on a terminal

WHAT IS PRINTED
      --raw              bare replies; the default when stdout is no terminal
      --no-raw           replies with their types, as on a terminal
      --csv, --json      replies as CSV, or JSON (with -3, unless -2 says otherwise)
  -d TEXT                between items of a raw reply (default: line end)
  -D TEXT                behind a raw reply (default: line end)
  -e                     an error reply goes to stderr, ends a script, and the exit status is 1

ENVIRONMENT
  LEDIS_PASSWORD         the password
  LEDIS_HISTFILE         the history's file; empty for none

EXIT STATUS
  0 when everything was answered; 1 when the server could not be reached or went away, for an error
  reply with -e, for errors with --pipe, and for wrong options.

EXAMPLES
  ledis cli -x SET picture < picture.png
  ledis cli -r 10 -i 1 INFO stats
  ledis cli --scan --pattern 'user:*'
  ledis cli --pipe < commands.resp
`;

export interface CliOptions {
  readonly server: ServerOptions;
  /** For stderr, before anything else; "" for none. */
  readonly warning: string;
  readonly mode: "command" | "pipe" | "scan" | "latency" | "shell";
  readonly words: readonly string[];
  readonly format: (reply: ParsedReply, verbatim: boolean) => string;
  /** Replies are for people. */
  readonly isStandard: boolean;
  /** Infinity for ever. */
  readonly repeats: number;
  readonly intervalSeconds: number;
  /** The word to replace by stdin: the last (`true`), the one that equals it, or none. */
  readonly stdinWord: true | string | null;
  readonly pattern: string | null;
  readonly pipeTimeoutSeconds: number;
  readonly stopsAtErrors: boolean;
}

const FORMS = {
  ...SERVER_OPTIONS,
  ...valued("-n", "--db"),
  ...valued("-r", "--repeat"),
  ...valued("-i", "--interval"),
  ...flag("-x"),
  ...valued("-X"),
  ...flag("--pipe"),
  ...valued("--pipe-timeout"),
  ...flag("--scan"),
  ...valued("--pattern"),
  ...flag("--latency"),
  ...flag("--raw"),
  ...flag("--no-raw"),
  ...flag("--csv"),
  ...flag("--json"),
  ...valued("-d"),
  ...valued("-D"),
  ...flag("-e"),
};

/**
 * @param onTerminal whether stdout is one
 * @returns null when help was asked for
 * @throws {ConfigError} options that are wrong or do not fit together
 */
export function parseCliOptions(args: readonly string[], onTerminal: boolean): CliOptions | null {
  const options = parseLeadingOptions("cli", args, FORMS);
  const { values, rest } = options;
  if (values.has("help")) return null;
  const modes = (["pipe", "scan", "latency"] as const).filter((name) => values.has(name));
  if (modes.length > 1) throw new ConfigError(`cli: --${modes.join(" and --")} exclude each other`);
  if (modes.length > 0 && rest.length > 0)
    throw new ConfigError(`cli: --${modes[0]} takes no command`);
  const server = serverOptions(options, "db");
  const repeats = integerOption(options, "repeat", 1, -1, 2 ** 31);
  const style = styleOf(values, onTerminal);
  const speaksThree = server.protocol === 3 || (style === "json" && !values.has("resp2"));
  return {
    server: { ...server, protocol: speaksThree ? 3 : 2 },
    warning: passwordWarning(options),
    mode: modes[0] ?? (rest.length > 0 ? "command" : "shell"),
    words: rest,
    format: formatOf(style, values.get("d") ?? "\n", values.get("D") ?? "\n"),
    isStandard: style === "standard",
    repeats: repeats < 0 ? Number.POSITIVE_INFINITY : repeats,
    intervalSeconds: secondsOption(options, "interval", 0),
    stdinWord: values.has("x") ? true : (values.get("X") ?? null),
    pattern: values.get("pattern") ?? null,
    pipeTimeoutSeconds: secondsOption(options, "pipe-timeout", 30),
    stopsAtErrors: values.has("e"),
  };
}

type Style = "standard" | "raw" | "csv" | "json";

function styleOf(values: ReadonlyMap<string, string>, onTerminal: boolean): Style {
  if (values.has("json")) return "json";
  if (values.has("csv")) return "csv";
  if (values.has("no-raw")) return "standard";
  return values.has("raw") || !onTerminal ? "raw" : "standard";
}

function formatOf(style: Style, delimiter: string, end: string): CliOptions["format"] {
  const bytesOf = (text: string): string => Buffer.from(text).toString("latin1");
  const [between, behind] = [bytesOf(delimiter), bytesOf(end)];
  const format: Readonly<Record<Style, (reply: ParsedReply) => string>> = {
    standard: standardText,
    raw: (reply) => rawText(reply, between) + behind,
    csv: (reply) => `${csvText(reply)}\n`,
    json: (reply) => `${jsonText(reply)}\n`,
  };
  return (reply, verbatim) => (verbatim ? rawText(reply, between) : format[style](reply));
}
