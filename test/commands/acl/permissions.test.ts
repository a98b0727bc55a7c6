import { expect, test } from "bun:test";
import { fromText, toText } from "../../../src/bytes/bytes.ts";
import { KnownCommands } from "../../../src/commands/acl/known-commands.ts";
import { allowsChannel, denialOf, mayReadAll } from "../../../src/commands/acl/permissions.ts";
import { SUPERUSER, type User } from "../../../src/commands/acl/user.ts";
import { applyRule, newUser } from "../../../src/commands/acl/user-rules.ts";
import { allCommands } from "../../../src/commands/all.ts";
import { CommandTable } from "../../../src/commands/table.ts";
import { Request } from "../../../src/resp/request.ts";

const table = new CommandTable(allCommands);
const known = new KnownCommands(table);

function userWith(...rules: string[]): User {
  const user = newUser("bob", { known, allChannels: false });
  for (const rule of rules) applyRule(user, rule, { known, allChannels: false });
  return user;
}

/** What is denied to a user, as text; "" when nothing is. */
function denied(user: User, line: string): string {
  const words = line.split(" ").map(fromText);
  const denial = denialOf(user, table.meantBy(Request.of(words))!, words);
  if (denial === null) return "";
  return denial.object === null ? denial.reason : `${denial.reason} ${toText(denial.object)}`;
}

test("commands, keys and channels are asked for in this order", () => {
  const user = userWith("+get", "+publish", "+mset", "~a*", "&c");
  expect(denied(user, "SET a b")).toBe("command");
  expect(denied(user, "GET a1")).toBe("");
  expect(denied(user, "GET b")).toBe("key b");
  expect(denied(user, "MSET a 1 b 2 c 3")).toBe("key b");
  expect(denied(user, "PUBLISH c x")).toBe("");
  expect(denied(user, "PUBLISH d c")).toBe("channel d");
});

test("of several selectors' reasons the one that comes closest is told", () => {
  const user = userWith("+get", "~a", "(+mget ~a ~b)", "(+mget ~a)", "(+publish)");
  expect(denied(user, "MGET a b")).toBe("");
  expect(denied(user, "MGET c")).toBe("key c");
  expect(denied(user, "MGET a c")).toBe("key c");
  expect(denied(user, "SET a b")).toBe("command");
  expect(denied(user, "PUBLISH x y")).toBe("channel x");
  expect(denied(user, "GET b")).toBe("key b");
});

test("who may say that he is somebody else may always do so", () => {
  for (const line of ["AUTH x", "HELLO 3", "QUIT", "RESET"]) {
    expect(denied(userWith("-@all"), line)).toBe("");
  }
});

test("a first word lets a command through, in any case", () => {
  const user = userWith("+select|1", "+get|Ab", "~*");
  expect(denied(user, "SELECT 1")).toBe("");
  expect(denied(user, "SELECT 2")).toBe("command");
  expect(denied(user, "GET aB")).toBe("");
});

test("patterns of subscriptions are compared, channels are matched", () => {
  const user = userWith("+@all", "~*", "&c*");
  expect(denied(user, "SUBSCRIBE c1 c2")).toBe("");
  expect(denied(user, "SUBSCRIBE c1 d")).toBe("channel d");
  expect(denied(user, "SSUBSCRIBE d")).toBe("channel d");
  expect(denied(user, "PSUBSCRIBE c*")).toBe("");
  expect(denied(user, "PSUBSCRIBE c1*")).toBe("channel c1*");
  expect(denied(user, "UNSUBSCRIBE d")).toBe("");
  const { channels } = user.root;
  expect(allowsChannel(channels, fromText("c1"), false)).toBe(true);
  expect(allowsChannel(channels, fromText("c1"), true)).toBe(false);
});

test("reading and writing are allowed apart", () => {
  const user = userWith("+@all", "%R~r", "%W~w");
  expect(denied(user, "COPY r w")).toBe("");
  expect(denied(user, "COPY w r")).toBe("key w");
  expect(denied(user, "SET w x GET")).toBe("key w");
  expect(denied(user, "EXISTS r w")).toBe("");
  expect(denied(user, "EXISTS x")).toBe("key x");
});

test("who reads all keys may sort by any; one selector must allow it all", () => {
  const words = ["SORT", "a"].map(fromText);
  const may = (...rules: string[]) => mayReadAll(userWith(...rules), table.byName("SORT")!, words);
  expect(may("+sort", "~*")).toBe(true);
  expect(may("+sort", "%R~*")).toBe(true);
  expect(may("+sort", "~a", "%W~*")).toBe(false);
  expect(may("+sort", "~a", "(%R~*)")).toBe(false);
  expect(mayReadAll(SUPERUSER, table.byName("SORT")!, words)).toBe(true);
});
