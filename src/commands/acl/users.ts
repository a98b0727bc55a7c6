/** All users, by name. The user `default` is always there, and always the same object: connections hold it. */
import { type Bytes, mapKey } from "../../bytes/bytes.ts";
import { RuleError } from "./rule-error.ts";
import { selectorText } from "./selector-text.ts";
import { DEFAULT_USER, type User } from "./user.ts";
import { parseUsers } from "./user-file.ts";
import { applyRule, joinSelectors, newUser, type RuleSettings } from "./user-rules.ts";

/** What the user `default` is where nobody has said anything of it. */
const DEFAULT_RULES = ["+@all", "~*", "&*", "on", "nopass"];

function userOf(name: string, rules: readonly string[], settings: RuleSettings): User {
  const user = newUser(name, settings);
  for (const rule of rules) applyRule(user, rule, settings);
  return user;
}

export class Users {
  readonly #settings: () => RuleSettings;
  readonly #byName = new Map<string, User>();
  readonly default: User;

  /** @param settings asked whenever rules are applied */
  constructor(settings: () => RuleSettings) {
    this.#settings = settings;
    this.default = userOf(DEFAULT_USER, DEFAULT_RULES, settings());
    this.#byName.set(DEFAULT_USER, this.default);
  }

  find(name: Bytes): User | undefined {
    return this.#byName.get(mapKey(name));
  }

  /** In the order of their names' bytes. */
  all(): User[] {
    return [...this.#byName.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /**
   * What the user with this name becomes by these words, a new one if there is none; nothing is changed yet.
   *
   * @param words rules in latin1; selectors may be spread over several
   * @throws {Error} one of them is no rule: nothing was changed
   */
  staged(name: string, words: readonly string[]): User {
    const rules = joinSelectors(words);
    if ("unclosed" in rules) {
      throw new Error(`Unmatched parenthesis in acl selector starting at '${rules.unclosed}'.`);
    }
    const settings = this.#settings();
    const user = newUser(name, settings);
    const before = this.#byName.get(name);
    if (before !== undefined) user.copyFrom(before);
    for (const rule of rules) {
      try {
        applyRule(user, rule, settings);
      } catch (error) {
        if (!(error instanceof RuleError)) throw error;
        throw new Error(`Error in ACL SETUSER modifier '${rule}': ${error.message}`);
      }
    }
    return user;
  }

  /** Makes the user with this name what is given; its connections go on with that. */
  put(user: User): void {
    const known = this.#byName.get(user.name);
    if (known === undefined) this.#byName.set(user.name, user);
    else known.copyFrom(user);
  }

  /** The user is gone; false when there was none. Its connections are the caller's business. */
  remove(user: User): void {
    this.#byName.delete(user.name);
  }

  /** Puts these in the place of all. Without a `default` among them, that is what it is at first. */
  replaceAll(users: readonly User[]): void {
    const isNamed = users.some(({ name }) => name === DEFAULT_USER);
    if (!isNamed) this.default.copyFrom(userOf(DEFAULT_USER, DEFAULT_RULES, this.#settings()));
    this.#byName.clear();
    this.#byName.set(DEFAULT_USER, this.default);
    for (const user of users) this.put(user);
  }

  /** `requirepass`. @param password in UTF-8; empty: none is needed */
  setDefaultPassword(password: Bytes): void {
    const rule = password.length === 0 ? "nopass" : `>${mapKey(password)}`;
    for (const each of ["resetpass", rule]) applyRule(this.default, each, this.#settings());
  }

  /** The user on one line, as in a file, in latin1. */
  line(user: User): string {
    const { known } = this.#settings();
    const [root, ...others] = user.selectors.map((selector) => selectorText(selector, known));
    return [
      `user ${user.name}`,
      ...user.flags,
      ...user.passwords.map((hash) => `#${hash}`),
      root,
      ...others.map((text) => `(${text})`),
    ].join(" ");
  }

  /** The rules of a file. @throws {Error} with everything that is wrong with it, on one line; nothing was changed */
  parse(file: string, text: string): User[] {
    return parseUsers(file, text, this.#settings());
  }
}
