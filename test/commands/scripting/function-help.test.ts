import { expect, test } from "bun:test";
import { FUNCTION_HELP } from "../../../src/commands/scripting/function-help.ts";

test("the help names each subcommand; all of it is repeated from Redis by the recorded replies", () => {
  const names = FUNCTION_HELP.filter((line) => !line.startsWith(" ")).map(
    (line) => line.split(" ")[0],
  );
  expect(names).toEqual(["LOAD", "DELETE", "LIST", "STATS", "KILL", "FLUSH", "DUMP", "RESTORE"]);
});
