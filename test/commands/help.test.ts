import { expect, test } from "bun:test";
import { helpReply, helpSubcommand } from "../../src/commands/help.ts";
import { Status } from "../../src/resp/reply.ts";

test("help names the command first and itself last, in status lines", () => {
  expect(helpReply("X", ["GET", "    Gets."])).toEqual(
    [
      "X <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
      "GET",
      "    Gets.",
      "HELP",
      "    Prints this help.",
    ].map((line) => new Status(line)),
  );
});

test("the subcommand takes no words and may run while nobody is served", () => {
  const row = helpSubcommand("server", "X", "5.0.0", []);
  expect(row).toMatchObject({ name: "X|HELP", lowerName: "x|help", arity: 2, since: "5.0.0" });
  expect([...row.flags]).toEqual(["loading", "stale"]);
});
