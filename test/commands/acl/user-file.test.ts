import { expect, test } from "bun:test";
import { KnownCommands } from "../../../src/commands/acl/known-commands.ts";
import { parseUsers } from "../../../src/commands/acl/user-file.ts";
import { allCommands } from "../../../src/commands/all.ts";
import { CommandTable } from "../../../src/commands/table.ts";

const settings = { known: new KnownCommands(new CommandTable(allCommands)), allChannels: false };
const parse = (text: string) => parseUsers("users.acl", text, settings);
const END =
  "WARNING: ACL errors detected, no change to the previously active ACL rules was performed";

test("every line is a user, blank ones are nothing", () => {
  const users = parse(
    "user alice on >a ~* +@all\r\n\n  \nuser  on\nuser carl (+get ~a) (+set ~b)\n",
  );
  expect(users.map(({ name }) => name)).toEqual(["alice", "", "carl"]);
  expect(users[0]).toMatchObject({ isEnabled: true });
  expect(users[2]!.selectors).toHaveLength(3);
  expect(parse("")).toEqual([]);
});

test.each([
  ["alice on", "users.acl:1 should start with user keyword followed by the username. "],
  ["\nuser", "users.acl:2 should start with user keyword followed by the username. "],
  ["user a\tb on", "'users.acl:1: username 'a\tb' contains invalid characters. "],
  ["user a on\nuser a off", "WARNING: Duplicate user 'a' found on line 2. "],
  [
    "user a +nosuch +@none",
    "users.acl:1: Error in applying operation '+nosuch': Unknown command or category name in ACL. users.acl:1: Error in applying operation '+@none': Unknown command or category name in ACL. ",
  ],
  ["user a (+get", "users.acl:1: Unmatched parenthesis in selector definition."],
])("%p is refused", (text, error) => {
  expect(() => parse(text)).toThrow(error + END);
});

test("of what may be a secret nothing is told but that it is wrong, once", () => {
  expect(() => parse("user a #secret <secret")).toThrow(
    `users.acl:1: The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters. ${END}`,
  );
});
