import { expect, test } from "bun:test";
import { clientCommand } from "../../../src/commands/connection/client.ts";
import { CLIENT_HELP } from "../../../src/commands/connection/client-help.ts";

test("every subcommand has its line", () => {
  const told = CLIENT_HELP.filter((line) => !line.startsWith(" ")).map(
    (line) => line.split(" ")[0],
  );
  const names = clientCommand.subcommands.map(({ name }) => name.slice("CLIENT|".length));
  expect([...new Set(told), "HELP"].sort()).toEqual([...names].sort());
});
