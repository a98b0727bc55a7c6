/** Which words of a request are keys: COMMAND GETKEYS. */
import { type Bytes, equalsIgnoreCase } from "../bytes/bytes.ts";
import { parseSafeInteger } from "../bytes/integer.ts";
import type { ArgumentDoc } from "./args.ts";
import type { Command, KeySpec } from "./command.ts";

/** A key in a request, and what the command does to it, as Redis calls that. */
export interface FlaggedKey {
  readonly key: Bytes;
  readonly flags: readonly string[];
}

/**
 * The keys in a request, in its order; null when its words contradict each other.
 *
 * @param words the request, name included; its length is right for the command
 */
export function keysOf(command: Command, words: readonly Bytes[]): FlaggedKey[] | null {
  const { keySpecs } = command;
  if (keySpecs !== null) return keySpecs.flatMap((spec) => specifiedKeys(spec, words));
  const counted = countedKeys(command, words);
  if (counted === null) return null;
  const behindWords = [...tokenKeys(command, words), ...listedKeys(command, words)];
  const keys = [...placedKeys(command, words), ...counted, ...behindWords];
  const flags = keyFlags(command);
  return keys.map((key) => ({ key, flags }));
}

/** What a command does to its keys, as Redis calls it. */
export function keyFlags({ isWrite, flags }: Command): string[] {
  // Of a script nobody can tell.
  if (isWrite || isScript(flags)) return ["RW", "access", "update"];
  if (flags.has("pubsub")) return ["not_key"];
  return flags.has("readonly") ? ["RO", "access"] : ["RO"];
}

function isScript(flags: Command["flags"]): boolean {
  return flags.has("no_mandatory_keys") && !flags.has("readonly");
}

/** False for commands that never have any. */
export function mayHaveKeys({ keys, args }: Command): boolean {
  return keys.first !== 0 || args.some((doc) => doc.name === "numkeys" || isKeyList(doc));
}

function specifiedKeys({ first, last, flags }: KeySpec, words: readonly Bytes[]): FlaggedKey[] {
  const from = typeof first === "number" ? first : placeBehind(first.keyword, first.from, words);
  const to = last === undefined ? from : last < 0 ? words.length + last : last;
  return words.slice(from, to + 1).map((key) => ({ key, flags }));
}

/** Where the word behind a keyword stands; behind all words if there is no such keyword. */
function placeBehind(keyword: string, from: number, words: readonly Bytes[]): number {
  const found = words.findIndex((word, at) => at >= from && equalsIgnoreCase(word, keyword));
  return found < 0 ? words.length : found + 1;
}

function placedKeys({ keys }: Command, words: readonly Bytes[]): Bytes[] {
  if (keys.first === 0) return [];
  const last = keys.last < 0 ? words.length + keys.last : keys.last;
  const found: Bytes[] = [];
  for (let at = keys.first; at <= last && at < words.length; at += keys.step) {
    found.push(words[at]!);
  }
  return found;
}

/** Keys behind their number: `ZUNIONSTORE destination numkeys key ...`. */
function countedKeys(command: Command, words: readonly Bytes[]): Bytes[] | null {
  const place = command.args.findIndex(({ name }) => name === "numkeys");
  if (place < 0) return [];
  const at = place + command.name.split("|").length;
  const count = at < words.length ? parseSafeInteger(words[at]!) : 0;
  const isRight = count > 0 && at + count < words.length;
  if (!isRight) return command.flags.has("no_mandatory_keys") ? [] : null;
  return words.slice(at + 1, at + 1 + count);
}

/** The key behind a word, as in `SORT key STORE destination`: the last one, as in Redis. */
function tokenKeys(command: Command, words: readonly Bytes[]): Bytes[] {
  let found: Bytes[] = [];
  for (let at = command.keys.last + 1; at < words.length - 1; at++) {
    const option = optionAt(command, words[at]!);
    if (option === undefined) continue;
    if (option.type === "key") found = [words[at + 1]!];
    at += valuesOf(option);
  }
  return found;
}

/** Keys in the first half of what stands behind a word: `XREAD STREAMS key key id id`. */
function listedKeys(command: Command, words: readonly Bytes[]): Bytes[] {
  const list = command.args.find(isKeyList);
  if (list === undefined) return [];
  for (let at = 1; at < words.length; at++) {
    const option = optionAt(command, words[at]!);
    if (option === list) return words.slice(at + 1, at + 1 + ((words.length - at - 1) >> 1));
    if (option !== undefined) at += valuesOf(option);
  }
  return [];
}

/** Whether what stands behind a word begins with as many keys as there are. */
export function isKeyList({ type, token, arguments: parts = [] }: ArgumentDoc): boolean {
  const [first] = parts;
  return type === "block" && token !== undefined && first?.type === "key" && !!first.multiple;
}

function optionAt(command: Command, word: Bytes): ArgumentDoc | undefined {
  return command.args.find(({ token }) => token !== undefined && equalsIgnoreCase(word, token));
}

/** Words behind an option's token. */
function valuesOf({ type, arguments: parts = [] }: ArgumentDoc): number {
  if (type === "pure-token") return 0;
  return type === "block" ? parts.length : 1;
}
