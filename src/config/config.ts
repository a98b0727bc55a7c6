/** The configuration of a running server: typed values, CONFIG GET, SET and REWRITE. */

import { CommandError, ConfigError, messageOf } from "../errors.ts";
import { log } from "../log.ts";
import { type CompatibilityParameter, compatibilityParameters } from "./compatibility.ts";
import { formatConfigFile, readConfigFile, replaceFile } from "./config-file.ts";
import { canonicalName, findOption, type NamedOption, suggestOption } from "./option-names.ts";
import type { AnyOptionValue } from "./option-row.ts";
import { formatOption, parseOption } from "./option-types.ts";
import { type OptionName, type OptionValue, options } from "./options.ts";

/** Values as text, under any name of an option; as on the command line. */
export type OptionTexts = Readonly<Record<string, string>>;

type Listener = (value: AnyOptionValue) => void;

const defaults: ReadonlyMap<OptionName, AnyOptionValue> = new Map(
  options.map((row) => [row.name, parseOption(row, row.default)]),
);

const parametersByName: ReadonlyMap<string, CompatibilityParameter> = new Map(
  compatibilityParameters.map((parameter) => [canonicalName(parameter.name), parameter]),
);

/** Everything that CONFIG GET answers: options, their aliases, and compatibility parameters. */
const publicNames: readonly string[] = [
  ...options.flatMap((row: NamedOption) => [row.name, ...(row.aliases ?? [])]),
  ...compatibilityParameters.map(({ name }) => name),
];

export class Config {
  /** The file that was loaded and that {@link rewrite} replaces; null without one. */
  readonly file: string | null;
  readonly #values: Map<OptionName, AnyOptionValue>;
  /** Options that the file set, which {@link rewrite} therefore keeps. */
  readonly #inFile: ReadonlySet<OptionName>;
  readonly #compatibilityValues = new Map<string, string>();
  readonly #listeners = new Map<OptionName, Listener[]>();

  private constructor(file: string | null, fileValues: ReadonlyMap<OptionName, AnyOptionValue>) {
    this.file = file;
    this.#inFile = new Set(fileValues.keys());
    this.#values = new Map([...defaults, ...fileValues]);
  }

  /**
   * Defaults, then the file if one is named, then the overrides.
   *
   * @throws {ConfigError} one line naming the file or the override, and what is wrong
   */
  static load({
    file = null,
    overrides = {},
  }: {
    readonly file?: string | null;
    readonly overrides?: OptionTexts;
  } = {}): Config {
    const config = new Config(file, file === null ? new Map() : readConfigFile(file));
    for (const [name, text] of Object.entries(overrides)) config.#override(name, text);
    return config;
  }

  #override(name: string, text: string): void {
    const row = findOption(name);
    if (!row) throw new ConfigError(`unknown option "${name}"${suggestOption(name)}`);
    try {
      this.#values.set(row.name, parseOption(row, text, this.#values.get(row.name)));
    } catch (cause) {
      throw new ConfigError(`option "${name}": ${messageOf(cause)}`, { cause });
    }
  }

  /** The value now; see {@link onChange} to hold it where it is needed often. */
  get<Name extends OptionName>(name: Name): OptionValue<Name> {
    return this.#values.get(name) as OptionValue<Name>;
  }

  /**
   * CONFIG GET: names and values of what any pattern matches, each once. A plain name is
   * answered in the caller's spelling, as in Redis.
   *
   * @param matches whether a name is matched by a glob pattern; both are in small letters
   */
  getMatching(
    patterns: readonly string[],
    matches: (pattern: string, name: string) => boolean,
  ): [name: string, value: string][] {
    const found = new Map<string, [string, string]>();
    for (const pattern of patterns) {
      const plain = !/[*?[]/.test(pattern);
      const wanted = canonicalName(pattern);
      for (const name of publicNames) {
        const known = canonicalName(name);
        if (found.has(known) || !(plain ? known === wanted : matches(wanted, known))) continue;
        found.set(known, [plain ? pattern : name, this.#format(name)]);
      }
    }
    return [...found.values()];
  }

  #format(name: string): string {
    const row = findOption(name);
    if (row) return formatOption(row, this.get(row.name));
    const parameter = parametersByName.get(canonicalName(name));
    return parameter ? this.#formatParameter(parameter) : "";
  }

  #formatParameter({ name, value }: CompatibilityParameter): string {
    return this.#compatibilityValues.get(name) ?? (typeof value === "string" ? value : value(this));
  }

  /**
   * CONFIG SET: all pairs, or none. Listeners run after all values have changed; if one throws,
   * the old values come back, and its message is part of the error.
   *
   * @param setsProtected whether who asks may change options that are protected
   * @throws {CommandError} with Redis's text
   */
  set(pairs: readonly (readonly [name: string, text: string])[], setsProtected = true): void {
    for (const [index, [name, text]] of pairs.entries()) {
      this.#requireSettable(name, text, setsProtected);
      const seen = pairs.slice(0, index).some(([other]) => isSameName(other, name));
      if (seen) throw setFailed(name, "duplicate parameter");
    }
    const changes = new Map<OptionName, { spelling: string; value: AnyOptionValue }>();
    for (const [name, text] of pairs) {
      const row = findOption(name);
      if (row) changes.set(row.name, { spelling: name, value: this.#parse(row, name, text) });
    }
    this.#apply(changes);
    for (const [name, text] of pairs) {
      const parameter = parametersByName.get(canonicalName(name));
      if (parameter?.settable) this.#compatibilityValues.set(parameter.name, text);
    }
  }

  #requireSettable(name: string, text: string, setsProtected: boolean): void {
    const row = findOption(name);
    const parameter = parametersByName.get(canonicalName(name));
    if (!row && !parameter) {
      throw new CommandError(
        `ERR Unknown option or number of arguments for CONFIG SET - '${name}'`,
      );
    }
    const settable =
      row?.runtime ?? (parameter?.settable || text === this.#format(parameter?.name ?? ""));
    if (!settable) throw setFailed(name, "can't set immutable config");
    if (row?.protected && !setsProtected) throw setFailed(name, "can't set protected config");
  }

  #parse(row: NamedOption, name: string, text: string): AnyOptionValue {
    try {
      return parseOption(row, text, this.get(row.name));
    } catch (cause) {
      throw setFailed(name, messageOf(cause));
    }
  }

  #apply(changes: ReadonlyMap<OptionName, { spelling: string; value: AnyOptionValue }>): void {
    const before = [...changes.keys()].map((name) => [name, this.get(name)] as const);
    for (const [name, { value }] of changes) this.#values.set(name, value);
    for (const [name, { spelling, value }] of changes) {
      try {
        this.#notify(name, value);
      } catch (cause) {
        for (const [changed, old] of before) this.#values.set(changed, old);
        for (const [changed, old] of before) this.#restore(changed, old);
        throw setFailed(spelling, messageOf(cause));
      }
    }
  }

  /** A listener that cannot go back either, as a file is not what it was, has stayed where it was. */
  #restore(name: OptionName, value: AnyOptionValue): void {
    try {
      this.#notify(name, value);
    } catch (error) {
      log.warn("config", "an option could not be set back", { name, error });
    }
  }

  /** Changes an option from within, immutable or not: SLAVEOF sets `slaveof`. */
  assign<Name extends OptionName>(name: Name, value: OptionValue<Name>): void {
    this.#values.set(name, value);
    this.#notify(name, value);
  }

  /** Calls `listener` with each new value of an option, from now on. */
  onChange<Name extends OptionName>(
    name: Name,
    listener: (value: OptionValue<Name>) => void,
  ): void {
    const listeners = this.#listeners.get(name) ?? [];
    listeners.push(listener as Listener);
    this.#listeners.set(name, listeners);
  }

  #notify(name: OptionName, value: AnyOptionValue): void {
    for (const listener of this.#listeners.get(name) ?? []) listener(value);
  }

  /**
   * CONFIG REWRITE: replaces the file, atomically and durably, with every option that it had
   * before or that differs from its default.
   *
   * @throws {CommandError} there is no file, or it cannot be written; then it is untouched
   */
  async rewrite(): Promise<void> {
    if (this.file === null) {
      throw new CommandError("ERR The server is running without a config file");
    }
    const kept = options.filter(
      (row) =>
        this.#inFile.has(row.name) ||
        this.#format(row.name) !== formatOption(row, defaults.get(row.name)!),
    );
    const text = formatConfigFile(new Map(kept.map((row) => [row.name, this.get(row.name)])));
    try {
      await replaceFile(this.file, text);
    } catch (cause) {
      throw new CommandError(`ERR Rewriting config file: ${messageOf(cause)}`, { cause });
    }
  }
}

/** True for two spellings, or two names, of one option or parameter. */
function isSameName(one: string, other: string): boolean {
  const row = findOption(one);
  return row ? row === findOption(other) : canonicalName(one) === canonicalName(other);
}

function setFailed(name: string, reason: string): CommandError {
  return new CommandError(
    `ERR CONFIG SET failed (possibly related to argument '${name.toLowerCase()}') - ${reason}`,
  );
}
