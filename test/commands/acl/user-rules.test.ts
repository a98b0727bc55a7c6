import { expect, test } from "bun:test";
import { fromText } from "../../../src/bytes/bytes.ts";
import { KnownCommands } from "../../../src/commands/acl/known-commands.ts";
import { ruleErrors } from "../../../src/commands/acl/rule-error.ts";
import type { User } from "../../../src/commands/acl/user.ts";
import { applyRule, joinSelectors, newUser } from "../../../src/commands/acl/user-rules.ts";
import { allCommands } from "../../../src/commands/all.ts";
import { CommandTable } from "../../../src/commands/table.ts";

const known = new KnownCommands(new CommandTable(allCommands));

function after(...rules: string[]): User {
  const user = newUser("bob", { known, allChannels: false });
  for (const rule of rules) applyRule(user, rule, { known, allChannels: false });
  return user;
}

test("passwords come and go, as text and as hashes", () => {
  const hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  const user = after("on", ">abc", `#${hash}`, ">x");
  expect(user.passwords).toHaveLength(2);
  expect(user.accepts(fromText("abc"))).toBe(true);
  expect(after("on", ">abc", `!${hash}`).passwords).toEqual([]);
  expect(after("nopass", ">abc").isNoPass).toBe(false);
  expect(after(">abc", "nopass")).toMatchObject({ passwords: [], isNoPass: true });
  expect(() => after("<abc")).toThrow(ruleErrors.noSuchPassword);
  expect(() => after("#abc")).toThrow(ruleErrors.badHash);
});

test("a password is bytes, not text", () => {
  expect(after("on", ">p\xc3\xa4ss").accepts(fromText("päss"))).toBe(true);
});

test("selectors are added with their own rules, and cleared; reset undoes everything", () => {
  const user = after("+get", "(+set ~a)", "()");
  expect(user.selectors).toHaveLength(3);
  expect(user.selectors[1]!.commands.has(known.find("set")!)).toBe(true);
  expect(user.root.commands.has(known.find("set")!)).toBe(false);
  expect(after("(+set)", "clearselectors").selectors).toHaveLength(1);
  expect(() => after("(on)")).toThrow(ruleErrors.syntax);
  const again = after("on", ">x", "+@all", "~*", "&*", "(+get)", "reset");
  expect(again.flags).toEqual(["off", "sanitize-payload"]);
  expect(again.selectors).toHaveLength(1);
  expect(again.isUnrestricted).toBe(false);
});

test("words of selectors may be quoted; quotes that are not closed leave nothing", () => {
  expect(after('("~a" +get)').selectors[1]!.keys.map(({ text }) => text)).toEqual(["a"]);
  expect(after('(~a ~"b)').selectors[1]!.keys).toEqual([]);
});

test("a selector may be spread over words", () => {
  expect(joinSelectors(["on", "(+get", "~a)", "off"])).toEqual(["on", "(+get ~a)", "off"]);
  expect(joinSelectors(["(a)", "(b", "c", "d)"])).toEqual(["(a)", "(b c d)"]);
  expect(joinSelectors(["on", "(+get", "~a"])).toEqual({ unclosed: "(+get" });
  expect(joinSelectors([])).toEqual([]);
});
