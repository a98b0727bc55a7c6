/** The rules of ACL SETUSER and of files with users, applied one after the other. */
import { fromMapKey, mapKey } from "../../bytes/bytes.ts";
import { inlineWords } from "../../resp/inline-arguments.ts";
import type { KnownCommands } from "./known-commands.ts";
import { RuleError } from "./rule-error.ts";
import { Selector } from "./selector.ts";
import { applySelectorRule } from "./selector-rules.ts";
import { type PayloadCheck, passwordHash, User } from "./user.ts";

/** What rules need to know of the server. */
export interface RuleSettings {
  readonly known: KnownCommands;
  /** `acl-pubsub-default`: what new selectors begin with. */
  readonly allChannels: boolean;
}

const HASH = /^[0-9a-f]{64}$/;

/** A user that is switched off and may do nothing. */
export function newUser(name: string, settings: RuleSettings): User {
  return new User(name, newSelector(settings));
}

function newSelector({ known, allChannels }: RuleSettings): Selector {
  const selector = new Selector(known.size);
  selector.allChannels = allChannels;
  return selector;
}

/** Rules that are one word, in small letters. */
const WORDS: ReadonlyMap<string, (user: User, settings: RuleSettings) => void> = new Map([
  ["on", (user) => setEnabled(user, true)],
  ["off", (user) => setEnabled(user, false)],
  ["nopass", (user) => clearPasswords(user, true)],
  ["resetpass", (user) => clearPasswords(user, false)],
  ["sanitize-payload", (user) => setPayloadCheck(user, "sanitize-payload")],
  ["skip-sanitize-payload", (user) => setPayloadCheck(user, "skip-sanitize-payload")],
  ["clearselectors", (user) => user.setSelectors([user.root])],
  ["reset", reset],
]);

/**
 * Changes a user as a rule says.
 *
 * @param rule in latin1
 * @throws {RuleError} it is none
 */
export function applyRule(user: User, rule: string, settings: RuleSettings): void {
  if (rule === "") return;
  const [sign = ""] = rule;
  const change = WORDS.get(rule.toLowerCase());
  if (change !== undefined) change(user, settings);
  else if (sign === ">" || sign === "#") addPassword(user, hashOf(rule));
  else if (sign === "<" || sign === "!") removePassword(user, hashOf(rule));
  else if (sign === "(" && rule.endsWith(")")) addSelector(user, rule, settings);
  else {
    applySelectorRule(user.root, rule, settings.known);
    user.setSelectors(user.selectors);
  }
}

function setEnabled(user: User, isEnabled: boolean): void {
  user.isEnabled = isEnabled;
}

function clearPasswords(user: User, isNoPass: boolean): void {
  user.isNoPass = isNoPass;
  user.passwords = [];
}

function setPayloadCheck(user: User, payloadCheck: PayloadCheck): void {
  user.payloadCheck = payloadCheck;
}

/** As it was made, but switched off and with its payloads looked at. */
function reset(user: User, settings: RuleSettings): void {
  clearPasswords(user, false);
  setEnabled(user, false);
  setPayloadCheck(user, "sanitize-payload");
  user.setSelectors([newSelector(settings)]);
}

/** The hash that a rule about a password means. */
function hashOf(rule: string): string {
  const rest = rule.slice(1);
  if (rule[0] === ">" || rule[0] === "<") return passwordHash(fromMapKey(rest));
  if (!HASH.test(rest)) throw new RuleError("badHash");
  return rest;
}

function addPassword(user: User, hash: string): void {
  if (!user.passwords.includes(hash)) user.passwords = [...user.passwords, hash];
  user.isNoPass = false;
}

function removePassword(user: User, hash: string): void {
  if (!user.passwords.includes(hash)) throw new RuleError("noSuchPassword");
  user.passwords = user.passwords.filter((known) => known !== hash);
}

function addSelector(user: User, rule: string, settings: RuleSettings): void {
  const selector = newSelector(settings);
  // With quotes, and nothing at all when they are not closed.
  for (const word of inlineWords(fromMapKey(rule.slice(1, -1)))) {
    applySelectorRule(selector, mapKey(word), settings.known);
  }
  user.setSelectors([...user.selectors, selector]);
}

/**
 * Joins the words of selectors, which may come as several.
 *
 * @returns the rules; or the word whose parenthesis is not closed
 */
export function joinSelectors(words: readonly string[]): string[] | { readonly unclosed: string } {
  const rules: string[] = [];
  let open: string[] = [];
  for (const word of words) {
    if (word.startsWith("(") && !word.endsWith(")")) open = [word];
    else if (open.length === 0) rules.push(word);
    else {
      open.push(word);
      if (!word.endsWith(")")) continue;
      rules.push(open.join(" "));
      open = [];
    }
  }
  return open.length === 0 ? rules : { unclosed: open[0]! };
}
