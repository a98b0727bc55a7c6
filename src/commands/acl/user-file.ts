/** Users in a file: one on each line, `user <name> <rule> ...`, as Redis keeps them. */

import { RuleError } from "./rule-error.ts";
import { hasSpaces } from "./selector-rules.ts";
import type { User } from "./user.ts";
import { applyRule, joinSelectors, newUser, type RuleSettings } from "./user-rules.ts";

const UNCHANGED =
  "WARNING: ACL errors detected, no change to the previously active ACL rules was performed";

/**
 * The users of a file.
 *
 * @param file its name, for errors
 * @param text in latin1
 * @throws {Error} everything that is wrong with it, on one line, in Redis's words
 */
export function parseUsers(file: string, text: string, settings: RuleSettings): User[] {
  const users = new Map<string, User>();
  const problems: string[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const [keyword, name, ...words] = line.replace(/^[ \t\r]+|[ \t\r]+$/g, "").split(" ");
    const place = `${file}:${index + 1}`;
    if (keyword === "") continue;
    if (keyword !== "user" || name === undefined) {
      problems.push(`${place} should start with user keyword followed by the username. `);
    } else if (hasSpaces(name)) {
      problems.push(`'${place}: username '${name}' contains invalid characters. `);
    } else if (users.has(name)) {
      problems.push(`WARNING: Duplicate user '${name}' found on line ${index + 1}. `);
    } else {
      const user = newUser(name, settings);
      users.set(name, user);
      problems.push(...problemsOf(user, place, words, settings));
    }
  }
  if (problems.length > 0) throw new Error(problems.join("") + UNCHANGED);
  return [...users.values()];
}

/** Applies a line's rules. Only of those that hold no secret it is told which they are, of others only the first. */
function problemsOf(
  user: User,
  place: string,
  words: readonly string[],
  settings: RuleSettings,
): string[] {
  const rules = joinSelectors(words);
  if ("unclosed" in rules) return [`${place}: Unmatched parenthesis in selector definition.`];
  const problems: string[] = [];
  let isTold = false;
  for (const rule of rules) {
    try {
      applyRule(user, rule.replace(/^[\t\r]+|[\t\r]+$/g, ""), settings);
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      if (error.isUnknown) {
        problems.push(`${place}: Error in applying operation '${rule}': ${error.message}. `);
      } else if (!isTold) {
        isTold = true;
        problems.push(`${place}: ${error.message}. `);
      }
    }
  }
  return problems;
}
