/** The JSON file: reading it into single options, and replacing it atomically. */

import { existsSync, readFileSync } from "node:fs";
import { open, realpath, rename, stat, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { ConfigError } from "../errors.ts";
import { canonicalName, findOption, type NamedOption, suggestOption } from "./option-names.ts";
import type { AnyOptionValue } from "./option-row.ts";
import { type JsonValue, optionToJson, parseJsonOption } from "./option-types.ts";
import { type OptionName, options } from "./options.ts";

/** Names of objects that group options: "db", "binlog". */
const groups = new Set(
  options.flatMap(({ name }) => (name.includes(".") ? name.split(".", 1) : [])),
);

/**
 * The options that a file sets, in the order of the file.
 *
 * @throws {ConfigError} unreadable, not JSON, unknown or doubled key, wrong type or range; one
 *   line naming the file and the key
 */
export function readConfigFile(file: string): Map<OptionName, AnyOptionValue> {
  const values = new Map<OptionName, AnyOptionValue>();
  for (const [key, json] of flatten(parseFile(file))) {
    const row = findOption(key);
    if (!row) throw new ConfigError(`${file}: unknown option "${key}"${suggestOption(key)}`);
    if (values.has(row.name)) throw new ConfigError(`${file}: option "${key}" is given twice`);
    values.set(row.name, parseValue(file, key, row, json));
  }
  return values;
}

function parseFile(file: string): object {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : `${cause}`;
    throw new ConfigError(
      cause instanceof SyntaxError
        ? `${file}: not valid JSON: ${reason}`
        : `Cannot read the configuration file "${file}": ${reason}`,
      { cause },
    );
  }
  if (isObject(json)) return json;
  throw new ConfigError(`${file}: the file must hold one JSON object`);
}

function parseValue(file: string, key: string, row: NamedOption, json: unknown): AnyOptionValue {
  try {
    return parseJsonOption(row, json);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : `${cause}`;
    throw new ConfigError(`${file}: option "${key}": ${reason}`, { cause });
  }
}

function isObject(json: unknown): json is object {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

/** Keys with their group before them ("db.cache_size"), and their values. */
function flatten(object: object): [string, unknown][] {
  return Object.entries(object).flatMap(([key, json]): [string, unknown][] =>
    isObject(json) && groups.has(canonicalName(key))
      ? Object.entries(json).map(([inner, value]) => [`${key}.${inner}`, value])
      : [[key, json]],
  );
}

/** Text of a file that sets these options: groups as nested objects, order of the table. */
export function formatConfigFile(values: ReadonlyMap<OptionName, AnyOptionValue>): string {
  const root: Record<string, JsonValue | Record<string, JsonValue>> = {};
  for (const row of options) {
    const value = values.get(row.name);
    if (value === undefined) continue;
    const [group = "", inner] = row.name.split(".");
    if (inner === undefined) root[row.name] = optionToJson(row, value);
    else root[group] = { ...(root[group] as object), [inner]: optionToJson(row, value) };
  }
  return `${JSON.stringify(root, null, 2)}\n`;
}

/** Settles when all files that were to be replaced so far are. */
let replaced: Promise<unknown> = Promise.resolve();

/**
 * Replaces a file so that a crash leaves either the old or the new text, durably. A symbolic link stays one. One call
 * after the other: the text of the last one stays.
 *
 * @param newMode missing: its mode stays, as it may hold a password; given: it need not be there
 * @throws the system's error, with the old file untouched
 */
export function replaceFile(
  link: string,
  text: string | Uint8Array,
  newMode?: number,
): Promise<void> {
  const done = replaced.then(() => replaceNow(link, text, newMode));
  replaced = done.catch(() => {});
  return done;
}

async function replaceNow(
  link: string,
  text: string | Uint8Array,
  newMode: number | undefined,
): Promise<void> {
  const file = newMode !== undefined && !existsSync(link) ? link : await realpath(link);
  const temporary = `${file}.${process.pid}.${crypto.randomUUID()}.tmp`;
  const mode = newMode ?? (await stat(file)).mode & 0o777;
  try {
    await writeDurably(temporary, text, mode);
    await rename(temporary, file);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await syncDirectory(dirname(file));
}

async function writeDurably(file: string, text: string | Uint8Array, mode: number): Promise<void> {
  await using handle = await open(file, "wx", mode);
  await handle.chmod(mode);
  await handle.writeFile(text);
  await handle.sync();
}

async function syncDirectory(directory: string): Promise<void> {
  await using handle = await open(directory, "r");
  await handle.sync();
}
