import { expect, test } from "bun:test";
import { aclCommand } from "../../../src/commands/acl/acl.ts";
import { ACL_HELP } from "../../../src/commands/acl/acl-help.ts";

test("every subcommand is explained", () => {
  const explained = ACL_HELP.filter((line) => !line.startsWith(" ")).map(
    (line) => line.split(" ")[0],
  );
  const names = aclCommand.subcommands.map(({ name }) => name.slice("ACL|".length));
  expect([...explained, "HELP"].sort()).toEqual(names.sort() as string[]);
});
