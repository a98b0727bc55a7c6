import { expect, test } from "bun:test";
import fc from "fast-check";
import { KnownCommands } from "../../../src/commands/acl/known-commands.ts";
import { ruleErrors } from "../../../src/commands/acl/rule-error.ts";
import { Selector } from "../../../src/commands/acl/selector.ts";
import { applySelectorRule, hasSpaces } from "../../../src/commands/acl/selector-rules.ts";
import { allCommands } from "../../../src/commands/all.ts";
import { categoriesOf } from "../../../src/commands/command-details.ts";
import { CommandTable } from "../../../src/commands/table.ts";

const known = new KnownCommands(new CommandTable(allCommands));

function after(...rules: string[]): Selector {
  const selector = new Selector(known.size);
  for (const rule of rules) applySelectorRule(selector, rule, known);
  return selector;
}

const NAMES = ["get", "set", "config", "config|get", "config|set", "select", "xinfo", "acl|whoami"];
const CATEGORIES = ["read", "slow", "admin", "string", "connection"];

/** What each rule does to a plain set of names; sets of the names of commands with their subcommands. */
function modelOf(rules: readonly string[]): Set<string> {
  const allowed = new Set<string>();
  for (const rule of rules) {
    const name = rule.slice(1);
    const meant = known.all.filter(({ lowerName }) => {
      const [container] = lowerName.split("|");
      if (name === "@all") return true;
      if (!name.startsWith("@")) return lowerName === name || container === name;
      const category = name.slice(1);
      const ofContainer = known.find(container!)!;
      return [lowerName, ofContainer.lowerName].some((each) =>
        categoriesOf(known.find(each)!).includes(category),
      );
    });
    for (const { lowerName } of meant) {
      if (rule.startsWith("+")) allowed.add(lowerName);
      else allowed.delete(lowerName);
    }
  }
  return allowed;
}

test("rules about commands do what they would do to a set of names", () => {
  const name = fc.oneof(
    fc.constantFrom(...NAMES),
    fc.constantFrom(...CATEGORIES).map((category) => `@${category}`),
    fc.constant("@all"),
  );
  const rule = fc.tuple(fc.constantFrom("+", "-"), name).map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 8 }), (rules) => {
      const selector = after(...rules);
      const allowed = modelOf(rules);
      for (const command of known.all) {
        expect([command.lowerName, selector.commands.has(command)]).toEqual([
          command.lowerName,
          allowed.has(command.lowerName),
        ]);
      }
    }),
    { numRuns: 50 },
  );
});

test("words are read in any case, patterns as they are", () => {
  const selector = after("AllCommands", "ALLKEYS", "AllChannels");
  expect(selector.isUnrestricted).toBe(true);
  expect(after("~A", "%rW~b", "&C").keys.map(({ text }) => text)).toEqual(["A", "b"]);
});

test.each([
  ["+nosuch", "unknown"],
  ["-config|nosuch", "unknown"],
  ["+@nosuch", "unknown"],
  ["+config|get|x", "subcommandWord"],
  ["+get|", "syntax"],
  ["%x~a", "syntax"],
  ["%~a", "syntax"],
  ["%RR~a", "syntax"],
  ["~a b", "syntax"],
  ["&a\0", "syntax"],
  ["nosuch", "syntax"],
  ["", "syntax"],
] as const)("%p is refused", (rule, error) => {
  expect(() => after(rule)).toThrow(ruleErrors[error]);
});

test("behind all there is nothing to add", () => {
  expect(() => after("~*", "~a")).toThrow(ruleErrors.keysAfterAll);
  expect(() => after("&*", "&a")).toThrow(ruleErrors.channelsAfterAll);
});

test("spaces are C's, and NUL", () => {
  for (const space of [" ", "\t", "\n", "\v", "\f", "\r", "\0"]) {
    expect(hasSpaces(`a${space}b`)).toBe(true);
  }
  expect(hasSpaces("a\x08\x0e\x1f\xa0\x85")).toBe(false);
});
