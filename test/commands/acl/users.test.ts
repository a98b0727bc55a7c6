import { expect, test } from "bun:test";
import { fromText } from "../../../src/bytes/bytes.ts";
import { KnownCommands } from "../../../src/commands/acl/known-commands.ts";
import { Users } from "../../../src/commands/acl/users.ts";
import { allCommands } from "../../../src/commands/all.ts";
import { CommandTable } from "../../../src/commands/table.ts";

const known = new KnownCommands(new CommandTable(allCommands));
const make = () => new Users(() => ({ known, allChannels: false }));
const lines = (users: Users) => users.all().map((user) => users.line(user));

test("the default user is there, and may do everything without a password", () => {
  const users = make();
  expect(lines(users)).toEqual(["user default on nopass ~* &* +@all"]);
  expect(users.default.isOpen).toBe(true);
  users.setDefaultPassword(fromText("pw"));
  expect(users.default.isOpen).toBe(false);
  expect(users.default.accepts(fromText("pw"))).toBe(true);
  users.setDefaultPassword(fromText(""));
  expect(users.default.isOpen).toBe(true);
});

test("nothing changes before a staged user is put, and its object stays the same", () => {
  const users = make();
  users.put(users.staged("bob", ["on", ">a", "+get"]));
  const bob = users.find(fromText("bob"))!;
  const staged = users.staged("bob", ["off", "(+set", "~x)"]);
  expect(bob.isEnabled).toBe(true);
  users.put(staged);
  expect(users.find(fromText("bob"))).toBe(bob);
  expect(bob.isEnabled).toBe(false);
  expect(users.line(bob)).toEndWith("resetchannels -@all +get (~x resetchannels -@all +set)");
});

test("a rule that is none says which it is", () => {
  expect(() => make().staged("bob", ["on", "+nosuch"])).toThrow(
    "Error in ACL SETUSER modifier '+nosuch': Unknown command or category name in ACL",
  );
  expect(() => make().staged("bob", ["(+get"])).toThrow(
    "Unmatched parenthesis in acl selector starting at '(+get'.",
  );
});

test("names stand in the order of their bytes; users go one by one, and all at once", () => {
  const users = make();
  for (const name of ["z", "Z", "a", "\xff"]) users.put(users.staged(name, []));
  expect(users.all().map(({ name }) => name)).toEqual(["Z", "a", "default", "z", "\xff"]);
  users.remove(users.find(fromText("a"))!);
  expect(users.find(fromText("a"))).toBeUndefined();
  const kept = users.default;
  users.replaceAll(users.parse("f", "user default off\nuser new on"));
  expect(users.all().map(({ name }) => name)).toEqual(["default", "new"]);
  expect(users.default).toBe(kept);
  expect(kept.isEnabled).toBe(false);
  users.replaceAll([]);
  expect(lines(users)).toEqual(["user default on nopass ~* &* +@all"]);
});
