/** The arguments of `ledis server`. */

import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { ConfigError } from "../errors.ts";
import type { OptionTexts } from "./config.ts";
import { findOption, suggestOption } from "./option-names.ts";
import type { OptionName } from "./options.ts";

/** Loaded when no file is named and this one exists. */
export const defaultConfigFile = "/etc/ledis.json";

export interface ServerCommandLine {
  readonly action: "run" | "help" | "version";
  /** The file to load; null for built-in defaults. */
  readonly file: string | null;
  readonly overrides: OptionTexts;
}

const flags = {
  config: { type: "string" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "v" },
} as const;

/**
 * Reads `--config FILE` (LedisDB's `-config FILE` and `-config=FILE` too), `--help`,
 * `--version`, and any option as `--name value` or `--name=value`, in any spelling of its
 * name. The last of several wins. Values of options are not checked here.
 *
 * @param args what follows the word `server`
 * @throws {ConfigError} one line: unknown flag, missing value, stray word
 */
export function parseServerArguments(args: readonly string[]): ServerCommandLine {
  const overrides: Partial<Record<OptionName, string>> = {};
  let file: string | null = existsSync(defaultConfigFile) ? defaultConfigFile : null;
  let action: ServerCommandLine["action"] = "run";
  const { tokens } = parseArgs({
    args: args.map((arg) => arg.replace(/^-config(?==|$)/, "--config")),
    options: { ...flags, ...optionFlags(args) },
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind !== "option") {
      const word = token.kind === "positional" ? token.value : "--";
      throw new ConfigError(`unexpected argument "${word}"`);
    }
    if (token.name === "help" || token.name === "version") action = token.name;
    else if (token.name === "config") file = textOf(token) || missingValue(token);
    else overrides[optionOf(token.rawName)] = textOf(token);
  }
  return { action, file, overrides };
}

interface Flag {
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

/** Declares, for parseArgs, each spelling of an option in the arguments as one with a value. */
function optionFlags(args: readonly string[]): Record<string, { type: "string" }> {
  const names = args.flatMap((arg) => /^--([^=]+)/.exec(arg)?.slice(1) ?? []);
  const known = names.filter((name) => findOption(name) !== null);
  return Object.fromEntries(known.map((name) => [name, { type: "string" }]));
}

function optionOf(flag: string): OptionName {
  const row = flag.startsWith("--") ? findOption(flag.slice(2)) : null;
  if (row) return row.name;
  throw new ConfigError(`unknown flag "${flag}"${suggestOption(flag.replace(/^-+/, ""))}`);
}

/** parseArgs takes the next word whatever it is; a flag there means that the value is missing. */
function textOf(flag: Flag): string {
  const { value, inlineValue } = flag;
  return value === undefined || (!inlineValue && value.startsWith("--"))
    ? missingValue(flag)
    : value;
}

function missingValue({ rawName }: Flag): never {
  throw new ConfigError(`${rawName} needs a value`);
}
