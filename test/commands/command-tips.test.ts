import { expect, test } from "bun:test";
import { allCommands } from "../../src/commands/all.ts";
import { tipsOf } from "../../src/commands/command-tips.ts";
import { CommandTable } from "../../src/commands/table.ts";

const table = new CommandTable(allCommands);

test.each([
  ["GET", []],
  ["SCAN", ["nondeterministic_output", "request_policy:special"]],
  ["MSETNX", ["request_policy:multi_shard", "response_policy:agg_min"]],
  [
    "SLOWLOG|LEN",
    ["request_policy:all_nodes", "response_policy:agg_sum", "nondeterministic_output"],
  ],
  ["HCLEAR", []],
])("%s has Redis's tips", (name, tips) => {
  expect(tipsOf(table.byName(name)!)).toEqual(tips);
});
