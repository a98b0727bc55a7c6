/** What the tools of the executable have in common: their options, and their failures as one line and a status. */
import { type ParseArgsConfig, parseArgs } from "node:util";
import { OptionValueError } from "../config/value-error.ts";
import { ConfigError, StorageError } from "../errors.ts";

/** Everything is as it should be. */
export const EXIT_OK = 0;
/** The tool failed, or found what it was asked to look for: damage. */
export const EXIT_FAILED = 1;
/** The command line is wrong; nothing was done. */
export const EXIT_USAGE = 2;

/** A mistake on a tool's command line. */
export class UsageError extends ConfigError {}

type OptionSpecs = NonNullable<ParseArgsConfig["options"]>;

type Parsed<Specs extends OptionSpecs> = ReturnType<
  typeof parseArgs<{ options: Specs; allowPositionals: true; strict: true }>
>;

/** LedisDB's tools wrote `-start-datetime`; its words may be joined by `_`. */
function doubleDashed(args: readonly string[], specs: OptionSpecs): string[] {
  return args.map((arg) => {
    const [, name = "", rest = ""] = /^--?([a-z][a-z_-]+)(=.*)?$/s.exec(arg) ?? [];
    const spelled = name.replaceAll("_", "-");
    return Object.hasOwn(specs, spelled) ? `--${spelled}${rest}` : arg;
  });
}

/** @throws {UsageError} unknown or incomplete options */
export function parseToolArguments<const Specs extends OptionSpecs>(
  args: readonly string[],
  specs: Specs,
): Parsed<Specs> {
  try {
    const whole = { args: doubleDashed(args, specs), options: specs } as const;
    return parseArgs({ ...whole, allowPositionals: true, strict: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(error.message.split(/\. |\n/)[0]!, { cause: error });
  }
}

/**
 * Runs a tool: answers its exit status, or prints why it failed as one line on stderr.
 *
 * @param name of the subcommand
 * @param usage text that `--help` prints
 * @throws what is no failure of the surroundings but a defect
 */
export async function runTool(
  name: string,
  usage: string,
  args: readonly string[],
  run: (args: readonly string[]) => Promise<number> | number,
): Promise<number> {
  if (args.includes("--help") || args.includes("-h") || args.includes("-help")) {
    process.stdout.write(usage);
    return EXIT_OK;
  }
  try {
    return await run(args);
  } catch (error) {
    const isUsage = error instanceof UsageError || error instanceof OptionValueError;
    const hint = isUsage ? `, see ledis ${name} --help` : "";
    process.stderr.write(`ledis: ${name}: ${reasonOf(error)}${hint}\n`);
    return isUsage ? EXIT_USAGE : EXIT_FAILED;
  }
}

/** One line about a failure of disk, network or data. @throws `error` itself when it is none */
export function reasonOf(error: unknown): string {
  const isExpected =
    error instanceof ConfigError ||
    error instanceof StorageError ||
    error instanceof OptionValueError ||
    (error instanceof Error && ("code" in error || error.name === "SQLiteError"));
  if (!isExpected) throw error;
  return error.message.replaceAll("\n", " ");
}
