/**
 * Options as redis-cli takes them: all stand in front, and the first word that is none begins what
 * is meant for the server, dashes included. (`util.parseArgs` looks for options everywhere.)
 */
import { ConfigError } from "../errors.ts";

/** Every spelling of an option; `value` takes the word behind it. */
export type OptionForms = Readonly<
  Record<string, { readonly name: string; readonly value: boolean }>
>;

export interface LeadingOptions {
  /** By name; a flag's value is "". The last of several counts. */
  readonly values: ReadonlyMap<string, string>;
  /** The first word that is no option, and all behind it. */
  readonly rest: readonly string[];
}

/** A flag with these spellings. */
export function flag(...spellings: readonly string[]): OptionForms {
  return forms(spellings, false);
}

/** An option with a value and these spellings. */
export function valued(...spellings: readonly string[]): OptionForms {
  return forms(spellings, true);
}

/** The name is the longest spelling without its dashes: "-p", "--port" is `port`. */
function forms(spellings: readonly string[], value: boolean): OptionForms {
  const [longest = ""] = spellings.toSorted((a, b) => b.length - a.length);
  const name = longest.replace(/^-+/, "");
  return Object.fromEntries(spellings.map((spelling) => [spelling, { name, value }]));
}

/**
 * Reads the options in front; `--name=value` is understood too.
 *
 * @param tool name of the subcommand, for messages
 * @throws {ConfigError} an unknown option, or one whose value is missing or too much
 */
export function parseLeadingOptions(
  tool: string,
  args: readonly string[],
  known: OptionForms,
): LeadingOptions {
  const values = new Map<string, string>();
  let at = 0;
  while (at < args.length && isOption(args[at]!)) {
    const [spelling = "", joined] = splitJoined(args[at++]!);
    const form = Object.hasOwn(known, spelling) ? known[spelling] : undefined;
    if (form === undefined) throw new ConfigError(`${tool}: unknown option '${spelling}'`);
    if (!form.value) {
      if (joined !== undefined) throw new ConfigError(`${tool}: ${spelling} takes no value`);
      values.set(form.name, "");
      continue;
    }
    const value = joined ?? args[at++];
    if (value === undefined) throw new ConfigError(`${tool}: ${spelling} needs a value`);
    values.set(form.name, value);
  }
  return { values, rest: args.slice(at) };
}

/** A dash and a letter, or the protocol's number: `-1` and `-` are words. */
function isOption(word: string): boolean {
  return /^-(-|[a-z23])/i.test(word);
}

function splitJoined(word: string): [string, string | undefined] {
  const at = word.startsWith("--") ? word.indexOf("=") : -1;
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

/**
 * The whole number that an option states, or `otherwise` when it was not given.
 *
 * @throws {ConfigError} no integer, or outside [min, max]
 */
export function integerOption(
  { values }: LeadingOptions,
  name: string,
  otherwise: number,
  min: number,
  max: number,
): number {
  const text = values.get(name);
  if (text === undefined) return otherwise;
  const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new ConfigError(`${name} must be an integer from ${min} to ${max}, not '${text}'`);
}

/** Like {@link integerOption} for seconds with a fraction. @throws {ConfigError} negative, or no number */
export function secondsOption({ values }: LeadingOptions, name: string, otherwise: number): number {
  const text = values.get(name);
  if (text === undefined) return otherwise;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value >= 0 && value < 1e9) return value;
  throw new ConfigError(`${name} must be a number of seconds, not '${text}'`);
}
