import { expect, test } from "bun:test";
import fc from "fast-check";
import { KnownCommands } from "../../../src/commands/acl/known-commands.ts";
import { Selector } from "../../../src/commands/acl/selector.ts";
import { applySelectorRule } from "../../../src/commands/acl/selector-rules.ts";
import {
  channelRules,
  commandRules,
  keyRules,
  selectorText,
} from "../../../src/commands/acl/selector-text.ts";
import { allCommands } from "../../../src/commands/all.ts";
import { categoryNames } from "../../../src/commands/command-details.ts";
import { CommandTable } from "../../../src/commands/table.ts";

const known = new KnownCommands(new CommandTable(allCommands));

function after(rules: readonly string[]): Selector {
  const selector = new Selector(known.size);
  for (const rule of rules) applySelectorRule(selector, rule, known);
  return selector;
}

test("the text makes the same selector again", () => {
  const names = known.all.map(({ lowerName }) => lowerName);
  const name = fc.oneof(
    fc.constantFrom(...names),
    fc.constantFrom("all", ...categoryNames).map((category) => `@${category}`),
  );
  const signed = fc.tuple(fc.constantFrom("+", "-"), name).map((parts) => parts.join(""));
  const rule = fc.oneof(
    { weight: 5, arbitrary: signed },
    fc.constantFrom("+select|1", "+get|x", "%R~a*", "%W~a*", "~b", "&c", "&d*", "resetkeys"),
  );
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 12 }), (rules) => {
      const before = after(rules);
      const again = after(selectorText(before, known).split(" "));
      const allowed = ({ commands }: Selector) =>
        known.all.filter((command) => commands.has(command)).map(({ name: each }) => each);
      expect(allowed(again)).toEqual(allowed(before));
      const { keys, channels, hasFuture } = before;
      expect(again).toMatchObject({ keys, channels, hasFuture });
      const wordsOf = ({ firstWords, commands }: Selector) =>
        known.all.flatMap((each) =>
          commands.has(each) ? [] : (firstWords.get(each.number) ?? []).join(),
        );
      expect(wordsOf(again)).toEqual(wordsOf(before));
    }),
    { numRuns: 60 },
  );
});

test("a pattern for all keys stays one among others", () => {
  const text = "%RW~* ~a resetchannels -@all";
  expect(selectorText(after(["%RW~*", "~a"]), known)).toBe(text);
  expect(selectorText(after(text.split(" ")), known)).toBe(text);
  expect(selectorText(after(["%RW~*"]), known)).toBe("~* resetchannels -@all");
});

test("keys, channels and commands have each their text", () => {
  const selector = after(["~a", "%R~b", "%W~c", "&d", "+get"]);
  expect(keyRules(selector)).toBe("~a %R~b %W~c");
  expect(channelRules(selector)).toBe("&d");
  expect(commandRules(selector, known)).toBe("-@all +get");
  expect(selectorText(selector, known)).toBe("~a %R~b %W~c resetchannels &d -@all +get");
  expect(selectorText(after(["~*", "&*", "+@all"]), known)).toBe("~* &* +@all");
});
