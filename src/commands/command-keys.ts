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

/** Keys behind a word: `SORT key STORE destination`. */
function tokenKeys(command: Command, words: readonly Bytes[]): Bytes[] {
  const tokens = command.args.filter(isTokenKey).map(({ token }) => token!);
  return words.filter(
    (_, at) => at > 1 && tokens.some((token) => equalsIgnoreCase(words[at - 1]!, token)),
  );
}

function isTokenKey({ type, token }: ArgumentDoc): boolean {
  return type === "key" && token !== undefined;
}
