/** Rules about commands, keys and channels: `+get`, `-@dangerous`, `~cache:*`, `%R~*`, `&news.*`. */
import type { Command } from "../command.ts";
import type { KnownCommands } from "./known-commands.ts";
import { RuleError } from "./rule-error.ts";
import type { Selector } from "./selector.ts";

/** What C's isspace takes for a space, and NUL: in no name and no pattern. */
const SPACE = /[\t-\r \0]/;

/** Whether a name or a pattern, in latin1, holds what Redis allows in none. */
export function hasSpaces(text: string): boolean {
  return SPACE.test(text);
}

/** Rules that are one word, in small letters. */
const WORDS: ReadonlyMap<string, (selector: Selector) => void> = new Map([
  ["allkeys", (selector) => selector.setAllKeys(true)],
  ["~*", (selector) => selector.setAllKeys(true)],
  ["resetkeys", (selector) => selector.setAllKeys(false)],
  ["allchannels", (selector) => selector.setAllChannels(true)],
  ["&*", (selector) => selector.setAllChannels(true)],
  ["resetchannels", (selector) => selector.setAllChannels(false)],
  ["allcommands", (selector) => selector.setAllCommands(true)],
  ["+@all", (selector) => selector.setAllCommands(true)],
  ["nocommands", (selector) => selector.setAllCommands(false)],
  ["-@all", (selector) => selector.setAllCommands(false)],
]);

/**
 * Changes a selector as a rule says.
 *
 * @param rule in latin1
 * @throws {RuleError} there is no such rule, or no such command
 */
export function applySelectorRule(selector: Selector, rule: string, known: KnownCommands): void {
  const [sign = ""] = rule;
  const change = WORDS.get(rule.toLowerCase());
  if (change !== undefined) change(selector);
  else if (sign === "~" || sign === "%") addKeys(selector, rule);
  else if (sign === "&") addChannels(selector, rule.slice(1));
  else if (sign === "+" || sign === "-") setCommands(selector, rule.slice(1), sign === "+", known);
  else throw new RuleError("syntax");
}

/** `~pattern`, or R, W or both between `%` and `~`. */
const KEY_RULE = /^(?:~|%(R|W|RW|WR)(?:~|$))(.*)$/is;

function addKeys(selector: Selector, rule: string): void {
  if (selector.allKeys) throw new RuleError("keysAfterAll");
  const parts = KEY_RULE.exec(rule);
  if (parts === null) throw new RuleError("syntax");
  const [, access = "RW", pattern = ""] = parts;
  if (hasSpaces(pattern)) throw new RuleError("syntax");
  selector.addKeys(pattern, /R/i.test(access), /W/i.test(access));
}

function addChannels(selector: Selector, pattern: string): void {
  if (selector.allChannels) throw new RuleError("channelsAfterAll");
  if (hasSpaces(pattern)) throw new RuleError("syntax");
  selector.addChannels(pattern);
}

/** `@category`, a command, a subcommand; to be allowed, also a command with a certain first word. */
function setCommands(
  selector: Selector,
  name: string,
  allowed: boolean,
  known: KnownCommands,
): void {
  if (name.startsWith("@")) {
    const commands = known.inCategory(name.slice(1));
    if (commands === undefined) throw new RuleError("unknown");
    for (const command of commands) selector.setCommand(command, allowed);
  } else if (allowed && name.includes("|")) {
    allowPart(selector, name, known);
  } else {
    selector.setCommand(found(known, name), allowed);
  }
}

/** Allows what stands behind the bar: a subcommand, or a first word. */
function allowPart(selector: Selector, name: string, known: KnownCommands): void {
  const bar = name.lastIndexOf("|");
  const command = found(known, name.slice(0, bar));
  const word = name.slice(bar + 1);
  if (command.name.includes("|")) throw new RuleError("subcommandWord");
  if (word === "") throw new RuleError("syntax");
  if (command.subcommands.length > 0) selector.setCommand(found(known, name), true);
  else selector.addFirstWord(command, word);
}

function found(known: KnownCommands, name: string): Command {
  const command = known.find(name);
  if (command === undefined) throw new RuleError("unknown");
  return command;
}
