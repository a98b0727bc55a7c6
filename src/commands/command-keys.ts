/** Which words of a request are keys: COMMAND GETKEYS. */
import { type Bytes, equalsIgnoreCase } from "../bytes/bytes.ts";
import { parseSafeInteger } from "../bytes/integer.ts";
import type { ArgumentDoc } from "./args.ts";
import type { Command } from "./command.ts";

/**
 * The keys in a request, in its order; null when its words contradict each other.
 *
 * @param words the request, name included; its length is right for the command
 */
export function keysOf(command: Command, words: readonly Bytes[]): Bytes[] | null {
  const counted = countedKeys(command, words);
  if (counted === null) return null;
  return [...placedKeys(command, words), ...counted, ...tokenKeys(command, words)];
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
  if (count === 0 && command.flags.has("no_mandatory_keys")) return [];
  if (!(count > 0) || at + count >= words.length) return null;
  return words.slice(at + 1, at + 1 + count);
}

/** The key behind a word, as in `SORT key STORE destination`: the last one, as in Redis. */
function tokenKeys(command: Command, words: readonly Bytes[]): Bytes[] {
  let found: Bytes[] = [];
  for (let at = command.keys.last + 1; at < words.length - 1; at++) {
    const option = command.args.find(
      ({ token }) => token !== undefined && equalsIgnoreCase(words[at]!, token),
    );
    if (option === undefined) continue;
    if (option.type === "key") found = [words[at + 1]!];
    at += valuesOf(option);
  }
  return found;
}

/** Words behind an option's token. */
function valuesOf({ type, arguments: parts = [] }: ArgumentDoc): number {
  if (type === "pure-token") return 0;
  return type === "block" ? parts.length : 1;
}
